import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { roleFor } from './roles.ts';
import { unlockLevels } from './unlock-levels.ts';

interface Role {
  readonly rules: readonly {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly verbs: readonly string[];
  }[];
}

const rulesOf = (level: (typeof unlockLevels)[number]) => (parse(roleFor(level)) as Role).rules;

describe('roleFor', () => {
  it.each(unlockLevels)('%s never asks for Secrets, nor for everything', (level) => {
    const words = rulesOf(level).flatMap(({ apiGroups, resources, verbs }) => [
      ...apiGroups,
      ...resources,
      ...verbs,
    ]);
    expect(words).not.toContain('secrets');
    expect(words).not.toContain('*');
  });

  it('writes nothing but programs that run, ports that open and, with the last level, pods', () => {
    const written = unlockLevels.map((level) =>
      rulesOf(level)
        .filter(({ verbs }) => verbs.some((verb) => !['get', 'list'].includes(verb)))
        .flatMap(({ resources }) => resources),
    );
    expect(written).toEqual([
      [],
      ['pods/portforward'],
      ['pods/portforward', 'pods/exec'],
      ['pods/portforward', 'pods/exec', 'pods'],
    ]);
  });

  it('names each resource in its API group', () => {
    const groups = Object.fromEntries(
      rulesOf('objects').flatMap(({ apiGroups, resources }) => resources.map((name) => [name, apiGroups[0]])),
    );
    expect(groups).toMatchObject({
      pods: '',
      endpointslices: 'discovery.k8s.io',
      networkpolicies: 'networking.k8s.io',
      daemonsets: 'apps',
    });
  });
});

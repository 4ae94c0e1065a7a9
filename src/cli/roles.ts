import { RESOURCES, type ResourceName } from '../observe/kubernetes/resources.ts';
import { type UnlockLevel, unlockLevels } from './unlock-levels.ts';

interface Rule {
  readonly group: string;
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** What each level adds. Secrets are in none, and nothing is written but what runs a program or opens a port. */
const RULES: Readonly<Record<UnlockLevel, readonly Rule[]>> = {
  objects: objectRules(),
  dns: [
    { group: '', resources: ['pods/log'], verbs: ['get'] },
    { group: '', resources: ['pods/portforward'], verbs: ['create'] },
  ],
  rules: [{ group: '', resources: ['pods/exec'], verbs: ['create'] }],
  'debug-pods': [{ group: '', resources: ['pods'], verbs: ['create', 'delete'] }],
};

/** The smallest ClusterRole for `level`, as YAML for `kubectl apply -f -`. */
export function roleFor(level: UnlockLevel): string {
  const levels = unlockLevels.slice(0, unlockLevels.indexOf(level) + 1);
  const rules = levels.flatMap((each) => RULES[each]);
  return `# What plumb needs for ${levels.join(', ')}. Bind it to whoever runs plumb:
#   kubectl create clusterrolebinding plumb-${level} --clusterrole=plumb-${level} --user=NAME
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: plumb-${level}
rules:
${rules.map(yamlOf).join('')}`;
}

function yamlOf({ group, resources, verbs }: Rule): string {
  return `  - apiGroups: ["${group}"]\n    resources: ${list(resources)}\n    verbs: ${list(verbs)}\n`;
}

function list(words: readonly string[]): string {
  return `[${words.map((word) => `"${word}"`).join(', ')}]`;
}

/** The resources that are read, by their API group. */
function objectRules(): Rule[] {
  const byGroup = new Map<string, ResourceName[]>();
  for (const name of Object.keys(RESOURCES) as ResourceName[]) {
    const group = /^\/apis\/([^/]+)\//.exec(RESOURCES[name].group)?.[1] ?? '';
    byGroup.set(group, [...(byGroup.get(group) ?? []), name]);
  }
  return [...byGroup].map(([group, resources]) => ({ group, resources, verbs: ['get', 'list'] }));
}

import { describe } from 'vitest';
import { pod, service, webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { selectorMatches } from './selector-matches.ts';

describe('service/selector-matches', () => {
  proveCheck(selectorMatches, {
    healthy: webCluster,
    broken: { ...webCluster, services: [service({ selector: { app: 'web', tier: 'front' } })] },
    problem: {
      severity: 'error',
      summary: /asks for tier: front \(the pods have no such label\); the pods of Pod web-1 match the rest/,
    },
    blind: { services: [service()] },
  });
});

describe('service/selector-matches, a key that was renamed', () => {
  proveCheck(selectorMatches, {
    healthy: webCluster,
    broken: { ...webCluster, pods: [pod('web-1', {}, {}, { labels: { run: 'web' } })] },
    problem: {
      summary: /asks for app: web/,
      remedy: {
        text: 'select what the pods have, or give the pods the label in the template of Pod web-1',
        commands: [
          `kubectl -n shop patch service web --type=merge -p '{"spec":{"selector":{"app":null,"run":"web"}}}'`,
        ],
      },
    },
    blind: { services: [service()] },
  });
});

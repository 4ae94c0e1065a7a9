import { describe } from 'vitest';
import { pod, service } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { oneApplication } from './one-application.ts';

const deployment = (name: string) => ({ metadata: { name, namespace: 'shop' }, spec: {} });
const owned = (name: string, owner: string, image: string) =>
  pod(
    name,
    {},
    { containers: [{ name: 'app', image }] },
    { ownerReferences: [{ kind: 'Deployment', name: owner }] },
  );
const cluster = (other: string) => ({
  services: [service()],
  deployments: [deployment('web'), deployment('other')],
  pods: [owned('web-1', 'web', 'shop/web:1'), owned('web-2', 'other', other)],
});

describe('service/one-application', () => {
  proveCheck(oneApplication, {
    healthy: cluster('shop/web:2'),
    broken: cluster('shop/mail:1'),
    problem: {
      severity: 'warning',
      summary: /pods of Deployment web and Deployment other, which run different images/,
    },
    blind: { services: [service()], pods: [] },
  });
});

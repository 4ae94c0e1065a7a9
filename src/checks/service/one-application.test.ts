import { describe } from 'vitest';
import { pod, service } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { oneApplication } from './one-application.ts';

const deployment = (name: string) => ({ metadata: { name, namespace: 'shop' }, spec: {} });
const owned = (name: string, owner: string, image: string, labels: object = { app: 'web' }) =>
  pod(
    name,
    {},
    { containers: [{ name: 'app', image }] },
    { labels, ownerReferences: [{ kind: 'Deployment', name: owner }] },
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

describe('service/one-application, a label that another application carries too', () => {
  const store = (app: string) => ({ app, team: 'store' });
  const wide = {
    services: [service({ selector: { team: 'store' } })],
    deployments: [deployment('web'), deployment('mail')],
    pods: [
      owned('web-1', 'web', 'shop/web:1', store('web')),
      owned('web-2', 'web', 'shop/web:1', store('web')),
      owned('mail-1', 'mail', 'shop/mail:1', store('mail')),
    ],
  };
  proveCheck(oneApplication, {
    healthy: { ...wide, pods: wide.pods.slice(0, 2) },
    broken: wide,
    problem: { severity: 'error', share: [1 / 3, 1 / 3], summary: /Deployment web and Deployment mail/ },
    blind: { services: [service()], pods: [] },
  });
});

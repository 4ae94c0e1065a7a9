import { describe } from 'vitest';
import { pod, webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { clientsDirect } from './clients-direct.ts';

const REDACTED = 'REDACTED';
const asking = (container: object) => ({
  ...webCluster,
  pods: [pod(), pod('client', { podIP: '10.244.1.77' }, { containers: [{ name: 'app', ...container }] })],
  subject: { from: { pod: 'shop/client' } },
});
const proxy = { name: 'HTTP_PROXY', value: REDACTED };
const broken = asking({ env: [proxy, { name: 'LANG', value: REDACTED }] });
const problem = {
  severity: 'warning' as const,
  share: [0, 0] as const,
  summary: /^container app of shop\/client has HTTP_PROXY and no no_proxy/,
};
const { pods: _, ...blind } = broken;

describe('service/clients-direct', () => {
  proveCheck(clientsDirect, { healthy: asking({}), broken, problem, blind });
});

describe('service/clients-direct, with exceptions', () => {
  const healthy = asking({ env: [proxy, { name: 'no_proxy', value: REDACTED }] });
  proveCheck(clientsDirect, { healthy, broken, problem, blind });
});

describe('service/clients-direct, with variables of a ConfigMap', () => {
  const healthy = asking({ env: [proxy], envFrom: [{ configMapRef: { name: 'proxy' } }] });
  proveCheck(clientsDirect, { healthy, broken, problem, blind });
});

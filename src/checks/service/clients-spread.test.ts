import { describe } from 'vitest';
import { ip, promise, verified } from '../../verify/verification-fixture.ts';
import { service, webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { clientsSpread } from './clients-spread.ts';

const endpoints = ['10.244.1.9', '10.244.2.9'].map((address) => ({ address: ip(address), port: 8080 }));
const verifications = [verified(promise('node-a', { endpoints }), [1, 1])];

const connection = (source: string, endpoint: string, port: number): string =>
  `tcp      6 86000 ESTABLISHED src=${source} dst=10.96.0.7 sport=${port} dport=80 src=${endpoint} dst=${source} sport=8080 dport=${port} [ASSURED] mark=0 use=1\n`;
const cluster = (sources: number, sessionAffinity = 'ClientIP') => ({
  ...webCluster,
  services: [service({ sessionAffinity })],
  verifications,
  files: {
    'nodes/node-a/conntrack.txt': Array.from({ length: 24 }, (_, index) =>
      connection(
        `10.244.1.${20 + (index % sources)}`,
        index % sources === 0 ? '10.244.1.9' : '10.244.2.9',
        40_000 + index,
      ),
    ).join(''),
  },
});
const blind = { ...webCluster, verifications };

describe('service/clients-spread', () => {
  proveCheck(clientsSpread, {
    healthy: cluster(4),
    broken: cluster(1),
    problem: {
      severity: 'info',
      share: [0, 0],
      summary: /^24 of 24 tracked connections to shop\/web go to 10\.244\.1\.9, one of 2 endpoints/,
    },
    blind,
  });
});

describe('service/clients-spread, without affinity', () => {
  proveCheck(clientsSpread, {
    healthy: cluster(1, 'None'),
    broken: cluster(1),
    problem: { severity: 'info', summary: /24 of them come from 10\.244\.1\.20/ },
    blind,
  });
});

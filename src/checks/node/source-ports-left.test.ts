import { describe } from 'vitest';
import { node, webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { sourcePortsLeft } from './source-ports-left.ts';

/** Connections of clients outside to NodePort 30080, as `conntrack -L` prints them; masqueraded as the node, or not. */
const table = (
  count: number,
  as: (client: number) => string,
  state = 'ESTABLISHED',
  kernel = '6.8.0-31-generic',
) => ({
  ...webCluster,
  nodes: [node({ nodeInfo: { kernelVersion: kernel } })],
  files: {
    'nodes/node-a/conntrack.txt': Array.from({ length: count }, (_, index) => {
      const client = `203.0.113.${index % 250}`;
      const port = 1024 + (index % 64_512);
      return `tcp      6 117 ${state} src=${client} dst=192.0.2.11 sport=${port} dport=30080 src=10.244.2.9 dst=${as(index % 250)} sport=8080 dport=${port} [ASSURED] mark=0 use=1\n`;
    }).join(''),
  },
});
const masqueraded = (count: number, state?: string, kernel?: string) =>
  table(count, () => '192.0.2.11', state, kernel);

describe('node/source-ports-left', () => {
  proveCheck(sourcePortsLeft, {
    healthy: table(64_512, (client) => `203.0.113.${client}`),
    broken: masqueraded(64_000),
    problem: {
      severity: 'error',
      node: 'node-a',
      share: [0, 1],
      summary:
        /node-a masquerades 64000 connections to 10\.244\.2\.9:8080 as 192\.0\.2\.11, of 64512 .*: new ones get no port/,
    },
    blind: webCluster,
  });
});

describe('node/source-ports-left, few and ended', () => {
  proveCheck(sourcePortsLeft, {
    healthy: masqueraded(61_500, 'TIME_WAIT'),
    broken: masqueraded(61_500, 'TIME_WAIT', '5.15.0-1111-azure'),
    problem: { severity: 'warning', share: [0, 0], summary: /few are left/ },
    blind: webCluster,
  });
});

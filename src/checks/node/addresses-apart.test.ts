import { describe } from 'vitest';
import { proveCheck } from '../prove-check-fixture.ts';
import { addressesApart } from './addresses-apart.ts';

const FLANNEL = 'flannel.alpha.coreos.com/public-ip';
const CALICO = 'projectcalico.org/IPv4Address';

const nodes = (...each: readonly (readonly [address: string, annotations?: object])[]) => ({
  nodes: each.map(([address, annotations = {}], at) => ({
    metadata: { name: `node-${'abc'.charAt(at)}`, annotations },
    spec: {},
    status: {
      addresses: [
        { type: 'InternalIP', address },
        { type: 'Hostname', address: 'vm' },
      ],
    },
  })),
});

const healthy = nodes(
  ['192.0.2.1', { [FLANNEL]: '192.0.2.1', [CALICO]: '192.0.2.1/24' }],
  ['192.0.2.2', { [FLANNEL]: '192.0.2.2', [CALICO]: '192.0.2.2/24' }],
);

describe('node/addresses-apart, Node objects', () => {
  proveCheck(addressesApart, {
    healthy,
    broken: nodes(['192.0.2.1'], ['192.0.2.2'], ['192.0.2.1']),
    problem: { severity: 'warning', faults: ['O07'], summary: /^node-a and node-c all have .* 192\.0\.2\.1/ },
    blind: {},
  });
});

describe.each([
  [FLANNEL, '10.0.2.15', /^flannel took the same address 10\.0\.2\.15 on node-a and node-b/],
  [CALICO, '10.0.2.15/24', /^Calico took the same address 10\.0\.2\.15 on node-a and node-b/],
])('node/addresses-apart, %s', (annotation, address, summary) => {
  proveCheck(addressesApart, {
    healthy,
    broken: nodes(['192.0.2.1', { [annotation]: address }], ['192.0.2.2', { [annotation]: address }]),
    problem: { severity: 'error', faults: ['N09'], summary },
    blind: {},
  });
});

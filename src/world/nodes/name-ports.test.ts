import { expect, it } from 'vitest';
import type { NodeState } from '../../dataplane/node-state.ts';
import { formatIp } from '../../model/address.ts';
import type { Pod } from '../kubernetes/objects.ts';
import { namePorts } from './name-ports.ts';

const pod: Pod = {
  kind: 'Pod',
  metadata: { name: 'solo', namespace: 'shop', uid: '037195c6-8e70-4adc-bb56-f64a3fb68642' },
  spec: { nodeName: 'node-b', containers: [] },
  status: { podIP: '10.244.2.14', podIPs: [{ ip: '10.244.2.14' }, { ip: 'fd00::14' }] },
};

it('finds the pod behind a port that is named after its uid, on its own node only', () => {
  const state = (name: string): NodeState => ({
    name,
    tables: [],
    hasRules: { ip: true, ip6: true },
    ipsets: new Map(),
    bridgePorts: ['veth037195c6', 'vethc34227a6', 'veth0'].map((port, line) => ({
      name: port,
      source: 's',
      line,
    })),
  });
  const named = namePorts(new Map(['node-a', 'node-b'].map((name) => [name, state(name)])), [pod]);
  const addresses = (node: string): unknown =>
    named.get(node)?.bridgePorts?.map((port) => port.addresses?.map((address) => formatIp(address)));
  expect(addresses('node-b')).toEqual([['10.244.2.14', 'fd00::14'], undefined, undefined]);
  expect(addresses('node-a')).toEqual([undefined, undefined, undefined]);
});

import { describe } from 'vitest';
import { proveCheck } from '../prove-check-fixture.ts';
import { modeDiffers } from './mode-differs.ts';

const modes = (a: string, b: string) => ({
  services: [],
  files: { 'nodes/node-a/mode.txt': a, 'nodes/node-b/mode.txt': b },
});

describe('kube-proxy/mode-differs', () => {
  proveCheck(modeDiffers, {
    healthy: modes('iptables', 'iptables'),
    broken: modes('iptables', 'nftables'),
    problem: { severity: 'warning', summary: /iptables on node-a; nftables on node-b/ },
    blind: { services: [] },
  });
});

import { describe } from 'vitest';
import { ruleAt } from '../../verify/verification-fixture.ts';
import { failsBy, unwalked, works } from '../discrepancy-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { frontendMissing } from './frontend-missing.ts';

const missing = failsBy('frontend-missing');
const save = (hooks: string) => ({
  'nodes/node-a/iptables-save.txt': `*nat\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n:KUBE-SERVICES - [0:0]\n:KUBE-POSTROUTING - [0:0]\n${hooks}-A POSTROUTING -j KUBE-POSTROUTING\nCOMMIT\n`,
});

describe('rules/frontend-missing, nothing of kube-proxy', () => {
  proveCheck(frontendMissing, {
    healthy: works,
    broken: missing,
    problem: {
      severity: 'error',
      node: 'node-a',
      summary: /none of kube-proxy’s rules, so nothing for 10\.96\.0\.7:80\/tcp/,
    },
    blind: unwalked,
  });
});

describe('rules/frontend-missing, no hook', () => {
  proveCheck(frontendMissing, {
    healthy: works,
    broken: { ...missing, files: save('-A OUTPUT -j KUBE-SERVICES\n') },
    problem: { faults: ['R02', 'R01'], summary: /no hook leads to them \(nat PREROUTING → KUBE-SERVICES\)/ },
    blind: unwalked,
  });
});

describe('rules/frontend-missing, only this entry', () => {
  proveCheck(frontendMissing, {
    healthy: works,
    broken: { ...missing, files: save('-A PREROUTING -j KUBE-SERVICES\n-A OUTPUT -j KUBE-SERVICES\n') },
    problem: { faults: ['R01', 'R02'], summary: /node-a has no entry for 10\.96\.0\.7:80\/tcp/ },
    blind: unwalked,
  });
});

describe('rules/frontend-missing, the address is off kube-ipvs0', () => {
  proveCheck(frontendMissing, {
    healthy: works,
    broken: failsBy('frontend-missing', { at: ruleAt('node-a', { family: 'ipvs', chain: 'kube-ipvs0' }) }),
    problem: {
      faults: ['R11', 'R01'],
      summary: /node-a has no address on kube-ipvs0 for 10\.96\.0\.7:80\/tcp/,
    },
    blind: unwalked,
  });
});

describe('rules/frontend-missing, a kube-proxy that never came up', () => {
  proveCheck(frontendMissing, {
    healthy: works,
    broken: {
      ...missing,
      files: {
        'nodes/node-a/kube-proxy.log':
          'E1123 19:09:10.453211 1 server.go:127] "Error running ProxyServer" err="exec: \\"nft\\": executable file not found in $PATH"\n',
      },
    },
    problem: {
      faults: ['K07', 'K05', 'R02', 'K01', 'R01', 'R17'],
      summary: /lacks a kernel module, a newer kernel or a tool/,
    },
    blind: unwalked,
  });
});

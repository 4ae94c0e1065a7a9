import { describe, expect } from 'vitest';
import type { Remedy } from '../../model/finding.ts';
import { client, ruleAt, webFrontend } from '../../verify/verification-fixture.ts';
import { failsBy, unwalked, works } from '../discrepancy-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { foreignDrop } from './foreign-drop.ts';

const drop = (rule: object, owner: string) => failsBy('dropped', { owner, at: ruleAt('node-a', rule) });

describe('rules/foreign-drop, a table that nobody knows', () => {
  proveCheck(foreignDrop, {
    healthy: works,
    broken: drop(
      { family: 'inet', table: 'hostfw', chain: 'forward', rule: 'tcp dport 8080 drop' },
      'unknown',
    ),
    problem: {
      severity: 'error',
      node: 'node-a',
      faults: ['F07', 'F05', 'F04'],
      summary: /by a rule in inet hostfw forward \(not kube-proxy’s\)/,
    },
    blind: unwalked,
  });
});

describe('rules/foreign-drop, a policy of the base chain', () => {
  proveCheck(foreignDrop, {
    healthy: works,
    broken: drop({ rule: 'policy drop' }, 'Docker'),
    problem: { faults: ['F04', 'F07'], summary: /by the policy of ip filter FORWARD \(Docker\)/ },
    blind: unwalked,
  });
});

describe('rules/foreign-drop, a policy of the base chain of IPv6', () => {
  proveCheck(foreignDrop, {
    healthy: works,
    broken: drop({ family: 'ip6', rule: 'policy drop' }, 'Docker'),
    problem: {
      faults: ['F04', 'F07'],
      summary: /by the policy of ip6 filter FORWARD \(Docker\)/,
      remedy: expect.objectContaining({
        commands: ['ip6tables -P FORWARD ACCEPT   # on node-a'],
      }) as Remedy,
    },
    blind: unwalked,
  });
});

describe('rules/foreign-drop, a policy engine', () => {
  proveCheck(foreignDrop, {
    healthy: works,
    broken: drop({ chain: 'cali-tw-x' }, 'Calico'),
    problem: { faults: ['F01', 'F09', 'F11', 'F07', 'F05', 'F04'], summary: /\(Calico\)/ },
    blind: unwalked,
  });
});

describe('rules/foreign-drop, a policy engine that no NetworkPolicy asks for it', () => {
  const broken = drop({ chain: 'AZURE-NPM-INGRESS' }, 'Azure NPM');
  proveCheck(foreignDrop, {
    healthy: works,
    broken: { ...broken, networkpolicies: [] },
    problem: {
      faults: ['F09', 'F01', 'F07', 'F05', 'F04'],
      summary: /\(Azure NPM\), although no NetworkPolicy refuses them/,
    },
    blind: unwalked,
  });
});

describe('rules/foreign-drop, the policy of another program’s base chain', () => {
  proveCheck(foreignDrop, {
    healthy: works,
    broken: drop({ table: 'netbird', chain: 'fwd', rule: 'policy drop' }, 'NetBird'),
    problem: { faults: ['F07', 'F04'], summary: /by the policy of ip netbird fwd \(NetBird\)/ },
    blind: unwalked,
  });
});

describe('rules/foreign-drop, the policy of a chain that jumps to ufw’s', () => {
  const broken = drop({ rule: 'policy drop' }, 'unknown');
  const save = `*filter
:FORWARD DROP [0:0]
:ufw-before-forward - [0:0]
-A FORWARD -j ufw-before-forward
COMMIT
`;
  proveCheck(foreignDrop, {
    healthy: works,
    broken: { ...broken, files: { ...broken.files, 'nodes/node-a/iptables-save.txt': save } },
    problem: {
      faults: ['F06', 'F04', 'F07'],
      summary: /by the policy of ip filter FORWARD \(ufw\)/,
      remedy: {
        text: 'let ufw pass what is routed, or allow it by interface (ufw route allow)',
        commands: ['ufw default allow routed   # on node-a'],
      },
    },
    blind: unwalked,
  });
});

describe('rules/foreign-drop, a firewall that keeps out clients outside alone', () => {
  const broken = failsBy(
    'dropped',
    {
      owner: 'firewalld',
      at: ruleAt('node-a', { table: 'firewalld', chain: 'filter_INPUT', rule: 'reject' }),
    },
    {
      vantage: client('node-a', { kind: 'external' }),
      frontend: { ...webFrontend, kind: 'nodePort', port: 30080 },
    },
  );
  proveCheck(foreignDrop, {
    healthy: works,
    broken,
    problem: {
      faults: ['X06', 'F05', 'F07'],
      summary: /\(firewalld\)/,
      remedy: {
        text: 'open 30080/tcp to clients outside in firewalld, on every node',
        commands: ['firewall-cmd --permanent --add-port=30080/tcp && firewall-cmd --reload   # on node-a'],
      },
    },
    blind: unwalked,
  });
});

describe('rules/foreign-drop, of clients outside at node ports alone', () => {
  const broken = failsBy(
    'dropped',
    { at: ruleAt('node-a', { table: 'fw', chain: 'in', rule: 'tcp dport 30000-32767 drop' }) },
    { vantage: client('node-a', { kind: 'external' }), frontend: { ...webFrontend, kind: 'nodePort' } },
  );
  proveCheck(foreignDrop, {
    healthy: works,
    broken,
    problem: { faults: ['X06', 'F07', 'F05', 'F04'], summary: /by a rule in ip fw in/ },
    blind: unwalked,
  });
});

describe('rules/foreign-drop, of what carries packets between nodes', () => {
  const at = {
    table: 'filter',
    chain: 'INPUT',
    rule: '-A INPUT -j ufw-reject-input',
    carrier: 'UDP 8472 of flannel.1',
  };
  proveCheck(foreignDrop, {
    healthy: works,
    broken: drop(at, 'ufw'),
    problem: {
      faults: ['N08', 'F06', 'F04', 'F05', 'F07'],
      summary: /drops UDP 8472 of flannel\.1, which carries packets of .* \(ufw\)/,
      remedy: {
        text: 'let UDP 8472 in between the nodes, on all of them',
        commands: ['ufw allow 8472/udp   # on node-a'],
      },
    },
    blind: unwalked,
  });
});

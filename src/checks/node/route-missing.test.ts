import { describe, expect } from 'vitest';
import type { Remedy } from '../../model/finding.ts';
import { ip, ruleAt, webEndpoint, webFrontend } from '../../verify/verification-fixture.ts';
import { failsBy, unwalked, works } from '../discrepancy-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { routeMissing } from './route-missing.ts';

const files = { 'nodes/node-a/ip-route.txt': 'default via 192.0.2.1 dev eth0\n' };
const at = ruleAt('node-a', { family: 'route', rule: 'default via 192.0.2.1 dev eth0' });

describe('node/route-missing, to an endpoint', () => {
  proveCheck(routeMissing, {
    healthy: { ...works, files },
    broken: { ...failsBy('unreachable', { at, endpoint: webEndpoint }), files },
    problem: {
      severity: 'error',
      faults: ['N10', 'N11', 'O07', 'N18'],
      summary: /node-a has no working route to 10\.244\.1\.9/,
    },
    blind: unwalked,
  });
});

describe('node/route-missing, to the Service’s own address', () => {
  proveCheck(routeMissing, {
    healthy: { ...works, files },
    broken: { ...failsBy('unreachable', { at }), files },
    problem: {
      faults: ['R19', 'N10'],
      summary: /node-a itself cannot reach 10\.96\.0\.7: .* before the packet is translated/,
    },
    blind: unwalked,
  });
});

describe('node/route-missing, by a table that routing rules choose', () => {
  const chosen = ruleAt('node-a', {
    family: 'route',
    table: '2',
    rule: 'default via 192.0.2.1 dev eth1 table 2',
  });
  const both = {
    'nodes/node-a/ip-route.txt': 'default via 192.0.2.1 dev eth0\ndefault via 192.0.2.1 dev eth1 table 2\n',
  };
  proveCheck(routeMissing, {
    healthy: { ...works, files: both },
    broken: { ...failsBy('unreachable', { at: chosen, endpoint: webEndpoint }), files: both },
    problem: {
      faults: ['N16', 'N10', 'N18'],
      summary: /a routing rule leads these packets to table 2, and from there by default via/,
    },
    blind: unwalked,
  });
});

describe('node/route-missing, by a table that routing rules choose for IPv6', () => {
  const chosen = ruleAt('node-a', {
    family: 'route',
    table: '2',
    rule: 'default via fe80::1 dev eth1 table 2',
  });
  const both = {
    'nodes/node-a/ip6-route.txt': 'default via fe80::1 dev eth0\ndefault via fe80::1 dev eth1 table 2\n',
  };
  const endpoint = { ...webEndpoint, address: ip('fd00:10:244:1::9') };
  const frontend = { ...webFrontend, address: ip('fd00:10:96::7') };
  proveCheck(routeMissing, {
    healthy: { ...works, files: both },
    broken: { ...failsBy('unreachable', { at: chosen, endpoint }, { frontend }), files: both },
    problem: {
      faults: ['N16', 'N10', 'N18'],
      summary: /no working route to fd00:10:244:1::9: a routing rule leads these packets to table 2/,
      remedy: expect.objectContaining({
        commands: ['ip -6 rule show; ip -6 route show table 2   # on node-a'],
      }) as Remedy,
    },
    blind: unwalked,
  });
});

describe('node/route-missing, a pod that does not answer its node', () => {
  const silent = ruleAt('node-a', {
    family: 'route',
    table: 'neighbours',
    rule: '10.244.1.9 dev cni0 FAILED',
  });
  proveCheck(routeMissing, {
    healthy: { ...works, files },
    broken: { ...failsBy('unreachable', { at: silent, endpoint: webEndpoint }), files },
    problem: { faults: ['N15', 'E04'], summary: /node-a asks its link for 10\.244\.1\.9, and/ },
    blind: unwalked,
  });
});

describe('node/route-missing, frames of an overlay that do not leave the node', () => {
  const own = ruleAt('node-a', {
    family: 'route',
    table: 'overlay',
    rule: '10.244.1.0/24 via 10.244.1.0: x',
  });
  proveCheck(routeMissing, {
    healthy: { ...works, files },
    broken: { ...failsBy('unreachable', { at: own, endpoint: webEndpoint }), files },
    problem: { faults: ['N09', 'N10'], summary: /not the other node’s: 10\.244\.1\.0\/24/ },
    blind: unwalked,
  });
});

describe('node/route-missing, a node that changed its address', () => {
  const gone = ruleAt('node-a', { family: 'route', table: 'addresses', rule: 'via 192.0.2.7: x' });
  proveCheck(routeMissing, {
    healthy: { ...works, files },
    broken: { ...failsBy('unreachable', { at: gone, endpoint: webEndpoint }), files },
    problem: { faults: ['O07', 'N10'], summary: /not the other node’s: via 192\.0\.2\.7/ },
    blind: unwalked,
  });
});

describe('node/route-missing, packets that come with the node’s own address', () => {
  const forged = ruleAt('node-a', { family: 'route', rule: 'martian source: a packet with an own address' });
  proveCheck(routeMissing, {
    healthy: { ...works, files },
    broken: { ...failsBy('unreachable', { at: forged, endpoint: webEndpoint }), files },
    problem: { faults: ['R07', 'C09', 'O07'], summary: /node-a takes packets to 10\.244\.1\.9 for forged/ },
    blind: unwalked,
  });
});

describe('node/route-missing, two nodes with one range for pods', () => {
  const forged = ruleAt('node-a', { family: 'route', rule: 'martian source: a packet with an own address' });
  const address = (at: number) =>
    `3: cni0: <BROADCAST,UP> mtu 1500\n    inet 10.244.1.${at}/24 scope global cni0\n`;
  const broken = { ...failsBy('unreachable', { at: forged, endpoint: webEndpoint }) };
  proveCheck(routeMissing, {
    healthy: { ...works, files },
    broken: {
      ...broken,
      files: { ...files, 'nodes/node-a/ip-addr.txt': address(1), 'nodes/node-b/ip-addr.txt': address(1) },
    },
    problem: { faults: ['N12', 'O07'], summary: /for forged: node-b has 10\.244\.1\.1 on cni0 as well/ },
    blind: unwalked,
  });
});

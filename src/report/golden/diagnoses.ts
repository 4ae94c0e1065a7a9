import type { Audit } from '../../diagnosis/audit.ts';
import type { Diagnosis, PathRow } from '../../diagnosis/diagnosis.ts';
import type { DnsAnswer } from '../../diagnosis/dns-answer.ts';
import type { TraceAnswer } from '../../diagnosis/trace-answer.ts';

// Answers written by hand, one per situation that the reports must draw.

const endpoints = ['10.244.1.9:8080', '10.244.2.4:8080', '10.244.3.7:8080'];

function path(node: string, part: Partial<PathRow> = {}): PathRow {
  return {
    frontend: '10.96.41.7:80/tcp',
    frontendKind: 'clusterIP',
    vantage: 'pod',
    client: `pod on ${node}`,
    node,
    state: 'works',
    works: [1, 1],
    outcomes: endpoints.map((destination, index) => ({
      destination,
      pod: `shop/cart-${index}`,
      result: 'delivered',
      probability: [1 / 3, 1 / 3],
      sourceNat: 'none',
    })),
    steps: [`${node} prerouting: jump KUBE-SERVICES`, `${node} prerouting: DNAT to an endpoint`],
    ...part,
  };
}

const stale: Partial<PathRow> = {
  state: 'partly',
  works: [2 / 3, 2 / 3],
  outcomes: [
    ...endpoints.slice(0, 2).map((destination, index) => ({
      destination,
      pod: `shop/cart-${index}`,
      result: 'delivered',
      probability: [1 / 3, 1 / 3] as const,
      sourceNat: 'none',
    })),
    {
      destination: '10.244.3.31:8080',
      result: 'unroutable',
      probability: [1 / 3, 1 / 3],
      sourceNat: 'none',
      decidedBy: 'node-c ip nat KUBE-SEP-AAAAAAAAAAAAAAAA line 97',
    },
  ],
};

const counts = { packets: 24, nodes: 3, endpoints: 3, checksPassed: 41, checksFailed: 0, checksUnknown: 0 };

/** Nothing wrong, nothing left unchecked. */
export const healthy: Diagnosis = {
  verdict: 'healthy',
  subject: 'shop/cart',
  headline: 'every pod, every node and outside clients reach 3 of 3 endpoints',
  causes: [],
  findings: [],
  notChecked: [],
  paths: ['node-a', 'node-b', 'node-c'].map((node) => path(node)),
  checklist: [{ area: 'Service', status: 'ok', text: 'exists, ClusterIP 10.96.41.7' }],
  counts,
};

/** One node sends a third of its connections to a pod that is gone. */
export const degraded: Diagnosis = {
  verdict: 'degraded',
  subject: 'shop/cart',
  headline: '1 of 3 connections fails from node-c, none elsewhere',
  causes: [
    {
      check: 'rules/endpoint-stale',
      faults: ['R08', 'K05'],
      subject: 'Node node-c',
      nodes: ['node-c'],
      proof: 'repaired',
      proofText: 'proved: with KUBE-SVC-K2MXQAAAAAAAAAAA as kube-proxy would write it, every path works',
      share: [1 / 18, 1 / 18],
      summary:
        'node-c still sends to 10.244.3.31:8080, a pod deleted 41 min ago, and has no rule for 10.244.3.7:8080',
      evidence: [
        {
          source: 'nodes/node-c/iptables-save.txt',
          location: 'line 97',
          text: '-A KUBE-SEP-AAAAAAAAAAAAAAAA -p tcp -m comment --comment "shop/cart:http" -m tcp -j DNAT --to-destination 10.244.3.31:8080',
        },
        {
          source: 'cluster/endpointslices.json',
          location: 'items[4].endpoints',
          text: '10.244.1.9, 10.244.2.4, 10.244.3.7',
        },
      ],
      remedy: {
        text: 'restart kube-proxy on node-c, which last synced 41 min ago',
        commands: ['kubectl -n kube-system delete pod kube-proxy-7h2qs'],
      },
    },
  ],
  findings: [
    {
      check: 'rules/endpoint-stale',
      faults: ['R08'],
      severity: 'error',
      subject: 'Node node-c',
      node: 'node-c',
      summary: 'said by the cause already',
      evidence: [],
    },
    {
      check: 'endpoints/no-readiness-probe',
      faults: ['E13'],
      severity: 'warning',
      subject: 'Deployment shop/cart',
      summary:
        'container app of Deployment shop/cart has no readiness probe: pods get traffic before they listen',
      evidence: [{ source: 'cluster/deployments.json', location: 'items[0].spec', text: 'containers: app' }],
    },
  ],
  notChecked: [
    {
      what: 'rules of node-d',
      why: 'no dump of the node was given',
      unlock: 'iptables-save -c > nodes/node-d/iptables-save.txt on node-d',
      node: 'node-d',
    },
  ],
  paths: [
    path('node-a'),
    path('node-b'),
    path('node-c', stale),
    ...['node-a', 'node-b'].map((node) => path(node, { vantage: 'node', client: node })),
    path('node-c', { ...stale, vantage: 'node', client: 'node-c' }),
    path('node-d', { state: 'unknown', works: [0, 1], outcomes: [] }),
    path('node-a', { client: 'pod shop/cart-0 on node-a' }),
  ],
  checklist: [
    {
      area: 'Service',
      status: 'ok',
      text: 'exists, ClusterIP 10.96.41.7, port 80 → "http" = 8080 on 3 of 3 pods',
    },
    { area: 'Endpoints', status: 'warning', text: 'EndpointSlice cart-x8k2p equals the 3 ready pods' },
    { area: 'Rules', status: 'problem', text: 'node-c: 1 stale, 1 missing; node-a, node-b as promised' },
    { area: 'IPVS', status: 'not-applicable', text: 'kube-proxy runs in iptables mode' },
    { area: 'node-d', status: 'unknown', text: 'rules not read' },
  ],
  counts: { ...counts, checksFailed: 2, checksUnknown: 1 },
};

/** Nothing is known to fail, but too little was seen. */
export const unknown: Diagnosis = {
  ...healthy,
  verdict: 'unknown',
  subject: 'shop/web',
  headline: 'nothing wrong found, but the rules of 3 nodes were not read',
  notChecked: [{ what: 'rules of node-a, node-b and node-c', why: 'no dump was given', unlock: '' }],
  paths: [],
  checklist: [{ area: 'Rules', status: 'unknown', text: 'not read' }],
};

/** Two Services, one of which is degraded. */
export const audit: Audit = {
  verdict: 'degraded',
  subject: 'namespace shop',
  services: [degraded, { ...degraded, subject: 'shop/cart-np' }, { ...healthy, subject: 'shop/db' }, unknown],
  notChecked: degraded.notChecked,
};

/** A packet that two of three branches deliver. */
export const trace: TraceAnswer = {
  verdict: 'degraded',
  packet: {
    source: '10.244.3.2',
    destination: '10.96.41.7',
    destinationPort: 80,
    protocol: 'tcp',
    node: 'node-c',
    client: 'pod shop/client-c on node-c',
  },
  outcomes: [
    {
      probability: [1 / 2, 1 / 2],
      result: 'delivered',
      destination: '10.244.1.9:8080',
      endpoint: '10.244.1.9:8080',
      pod: 'shop/cart-0',
      sourceNat: 'none',
      decidedBy: {
        node: 'node-c',
        family: 'ip',
        table: 'nat',
        chain: 'KUBE-SEP-BBBBBBBBBBBBBBBB',
        rule: '-A KUBE-SEP-BBBBBBBBBBBBBBBB -p tcp -j DNAT --to-destination 10.244.1.9:8080',
        source: 'nodes/node-c/iptables-save.txt',
        line: 91,
      },
      notes: [],
      steps: [{ node: 'node-c', stage: 'prerouting', text: 'jump KUBE-SERVICES' }],
      unknowns: [],
    },
    {
      probability: [1 / 2, 1 / 2],
      result: 'dropped',
      destination: '10.244.3.7:8080',
      sourceNat: 'masquerade',
      decidedBy: {
        node: 'node-c',
        family: 'inet',
        table: 'hostfw',
        chain: 'forward',
        rule: 'tcp dport 8080 drop',
        source: 'nodes/node-c/nft-ruleset.txt',
        line: 12,
      },
      notes: ['the rule belongs to: unknown'],
      steps: [],
      unknowns: [{ text: 'bpf match is not modelled' }],
    },
  ],
  notChecked: [],
};

const asked = { protocol: 'tcp', from: 'this machine by port-forward', outcome: 'answered' };

/** A name that one of two servers does not know. */
export const dns: DnsAnswer = {
  verdict: 'degraded',
  name: 'cart',
  client: 'pod shop/client',
  headline:
    'cart.shop.svc.cluster.local is 10.96.41.7 (ClusterIP of Service shop/cart), but 10.244.2.3 (kube-system/coredns-2) answered NXDOMAIN',
  resolver: {
    nameservers: ['10.96.0.10'],
    search: ['shop.svc.cluster.local', 'svc.cluster.local', 'cluster.local'],
    ndots: 5,
    because: 'read in pod shop/client',
  },
  tries: [
    {
      name: 'cart.shop.svc.cluster.local',
      type: 'A',
      expected: {
        by: 'cluster',
        rcode: 'NOERROR',
        records: ['10.96.41.7'],
        because: 'ClusterIP of Service shop/cart',
      },
      answers: [
        {
          ...asked,
          server: '10.244.1.2 (kube-system/coredns-1)',
          rcode: 'NOERROR',
          records: ['10.96.41.7'],
          latencyMs: 2,
        },
        {
          ...asked,
          server: '10.244.2.3 (kube-system/coredns-2)',
          rcode: 'NXDOMAIN',
          records: [],
          latencyMs: 3,
          problem: 'answered NXDOMAIN',
        },
      ],
    },
    {
      name: 'cart',
      type: 'A',
      expected: {
        by: 'upstream',
        rcode: 'NOERROR',
        records: [],
        because: 'cart is not in the zone cluster.local',
      },
      answers: [],
    },
  ],
  corefile: ['Corefile line 1, .: kubernetes cluster.local; forward . /etc/resolv.conf'],
  notChecked: [],
};

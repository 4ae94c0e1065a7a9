import { describe } from 'vitest';
import { client, ip, promise, verified } from '../../verify/verification-fixture.ts';
import { node, pod, service, slice } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { answersLately } from './answers-lately.ts';

const entry = (port: number, server: string, state: string, left: number): string =>
  `tcp      6 ${left} ${state} src=10.244.2.4 dst=10.96.0.7 sport=${port} dport=80 ${state === 'SYN_SENT' ? '[UNREPLIED] ' : ''}src=${server} dst=10.244.2.4 sport=8080 dport=${port} ${state === 'SYN_SENT' ? '' : '[ASSURED] '}mark=0 use=1`;
const silence = [117, 118, 118].map((left, index) => entry(42_000 + index, '10.244.1.9', 'SYN_SENT', left));
const answered = (left: number, server = '10.244.1.9') => entry(41_000 + left, server, 'TIME_WAIT', left);
const expectation = promise('node-b', {
  vantage: client('node-b', { address: ip('10.244.2.4') }),
  endpoints: [{ address: ip('10.244.1.9'), port: 8080, node: 'node-a', pod: 'shop/web-1' }],
});
const table = (...lines: readonly string[]) => ({
  services: [service()],
  endpointslices: [slice()],
  nodes: [node(), node({ addresses: [] }, { podCIDR: '10.244.2.0/24' }, 'node-b')],
  pods: [
    pod(),
    pod('mail-1', { podIP: '10.244.1.30' }, {}, { labels: { app: 'mail' } }),
    pod('client-1', { podIP: '10.244.2.4' }, { nodeName: 'node-b' }, { labels: { app: 'client' } }),
  ],
  verifications: [verified(expectation, [1, 1])],
  files: { 'nodes/node-b/conntrack.txt': `${lines.join('\n')}\n` },
});

describe('endpoints/answers-lately, while its neighbours answer', () => {
  proveCheck(answersLately, {
    healthy: table(...silence, answered(119)),
    broken: table(...silence, answered(60), answered(119, '10.244.1.30')),
    problem: {
      severity: 'warning',
      node: 'node-a',
      faults: ['N15', 'E04'],
      summary:
        /clients on node-b to 10\.244\.1\.9:8080 \(shop\/web-1 on node-a\) got no answer.*look inside this pod/,
    },
    blind: { ...table(), files: {} },
  });
});

describe('endpoints/answers-lately, while nobody on the node answers', () => {
  proveCheck(answersLately, {
    healthy: table(...silence.slice(1), answered(60)),
    broken: table(...silence, answered(60)),
    problem: { faults: ['N08', 'F08', 'N15'], summary: /look at what is between the nodes/ },
    blind: { ...table(), files: {} },
  });
});

describe('endpoints/answers-lately, where a long table was listed in part', () => {
  const part = (...words: readonly string[]) => `# conntrack -L | grep -Fw -e ${words.join(' -e ')}`;
  const listed = part('10.96.0.7', '10.244.1.9', 'dport=30080');
  proveCheck(answersLately, {
    healthy: table(listed, ...silence.slice(1), answered(60)),
    broken: table(listed, ...silence, answered(60)),
    problem: {
      faults: ['N08', 'F08', 'N15'],
      summary: /whether others on node-a answer them was not listed: look at what is between/,
    },
    // Of another Service.
    blind: table(part('10.96.0.8', '10.244.1.9'), ...silence, answered(60)),
  });
});

describe('endpoints/answers-lately, where a path of the same clients is known to fail', () => {
  const situation = table(...silence, answered(60), answered(119, '10.244.1.30'));
  proveCheck(answersLately, {
    healthy: {
      ...situation,
      verifications: [
        verified({ ...expectation, vantage: client('node-a') }, [1, 1]),
        verified(expectation, [0, 0]),
      ],
    },
    broken: situation,
    problem: { summary: /got no answer/ },
    blind: { ...table(), files: {} },
  });
});

describe('endpoints/answers-lately, where an endpoint never answered this node, only its own', () => {
  const own =
    'tcp      6 110 TIME_WAIT src=10.244.1.30 dst=10.96.0.7 sport=40001 dport=80 src=10.244.1.9 dst=10.244.1.30 sport=8080 dport=40001 [ASSURED] mark=0 use=1\n';
  const heardAt = (text: string) => {
    const situation = table(...silence);
    return { ...situation, files: { ...situation.files, 'nodes/node-a/conntrack.txt': text } };
  };
  proveCheck(answersLately, {
    // Nobody heard it at all: what that means, endpoints/answer tells.
    healthy: heardAt(own.replaceAll('10.244.1.9', '10.244.1.31')),
    broken: heardAt(own),
    problem: {
      faults: ['N08', 'F08', 'N15'],
      summary: /clients on node-b .*look at what is between the nodes/,
    },
    blind: { ...table(), files: {} },
  });
});

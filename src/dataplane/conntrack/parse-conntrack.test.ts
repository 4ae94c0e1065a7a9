import { expect, it } from 'vitest';
import { parseConntrack } from './parse-conntrack.ts';

const parse = (text: string) => parseConntrack({ path: 'x', bytes: new TextEncoder().encode(text) });

it('reads entries of conntrack -L and of /proc', () => {
  const { items, issues } =
    parse(`tcp      6 431999 ESTABLISHED src=10.0.0.1 dst=10.96.0.1 sport=1 dport=443 src=192.0.2.1 dst=10.0.0.1 sport=6443 dport=1 [ASSURED] mark=16384 use=1
ipv4     2 udp      17 29 src=10.0.0.1 dst=10.96.0.10 sport=5 dport=53 [UNREPLIED] src=10.244.0.2 dst=10.0.0.1 sport=53 dport=5 mark=0 zone=0 use=2
conntrack v1.4.7 (conntrack-tools): 2 flow entries have been shown.
`);
  expect(issues).toEqual([]);
  expect(items[0]).toMatchObject({
    protocol: 6,
    state: 'ESTABLISHED',
    isAssured: true,
    isUnreplied: false,
    mark: 16_384,
    timeoutSeconds: 431_999,
    reply: { sourcePort: 6443 },
  });
  expect(items[1]).toMatchObject({
    protocol: 17,
    isUnreplied: true,
    original: { destinationPort: 53 },
    timeoutSeconds: 29,
  });
});

it('names what is no entry', () => {
  expect(parse('tcp 6 src=1.2.3 dst=\n').issues).toHaveLength(1);
});

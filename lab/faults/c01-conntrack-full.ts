import { CONNTRACK_MAX } from '../emulated/machine.ts';
import type { Fault } from './fault.ts';

/** One more entry of a connection that stands: no new one makes it leave. */
function standing(i: number): string {
  return `-I -p tcp -s 10.244.3.250 -d 10.244.1.${1 + (i % 250)} --sport ${10_000 + i} --dport 80 -t 7200 --state ESTABLISHED -u ASSURED,SEEN_REPLY`;
}

function lines(from: number, to: number): string {
  return Array.from({ length: to - from }, (_, i) => `${standing(from + i)}\n`).join('');
}

/** The connection table of a node is full. Only the emulated machine may set nf_conntrack_max, which holds for all namespaces of a machine. */
export const conntrackFull: Fault = {
  name: 'c01-conntrack-full',
  causes: ['C01'],
  modes: ['ipvs'],
  text: 'The connection table of node-c holds as many standing connections as nf_conntrack_max allows: new ones are dropped.',
  service: 'web',
  verdicts: ['degraded', 'broken'],
  nodes: ['node-c'],
  shows: [
    { from: /node-c/u, to: /^web$/u, expect: 'fails', errors: ['timeout', 'not-permitted'], any: true },
    { from: /node-[ab]/u, to: /^web$/u, expect: 'works' },
  ],
  plant: async (lab) => {
    const most = CONNTRACK_MAX - 500;
    await lab.onNode('node-c', 'cat > /run/entries; conntrack -R /run/entries > /dev/null', lines(0, most));
    // A file ends at the first line that finds no room; the last ones go one by one, so that short-lived entries give way.
    const oneByOne = 'while read -r words; do conntrack $words; done > /dev/null 2>&1; true';
    await lab.onNode('node-c', oneByOne, lines(most, CONNTRACK_MAX + 100));
  },
  heal: async (lab) => {
    await lab.onNode('node-c', 'conntrack -F');
  },
};

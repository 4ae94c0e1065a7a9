import { everyMode, type Fault } from './fault.ts';

/** Entries `from` … `to` - 1 of connections that stand, as `conntrack -R` reads them: none gives way to a new one. */
const standing = (from: string, to: string): string =>
  `awk -v from=${from} -v to=${to} 'BEGIN { for (i = from; i < to; i++) printf "-I -p tcp -s 10.250.%d.%d -d 10.244.1.%d --sport %d --dport 80 -t 7200 --state ESTABLISHED -u ASSURED,SEEN_REPLY\\n", int(i / 256) % 256, i % 256, 1 + int(i / 65536) % 250, 10000 + i % 50000 }' > /run/entries`;

// A file ends at the first line that finds no room; entries that run out leave some again.
const fill = `most=$(sysctl -n net.netfilter.nf_conntrack_max)
${standing('0', '$most')}; conntrack -R /run/entries > /dev/null
for round in 1 2 3 4 5; do
  sleep 1
  ${standing('$((most + round * 1000))', '$((most + round * 1000 + 1000))')}; conntrack -R /run/entries > /dev/null
done
rm /run/entries`;

/** The connection table of a node is full. Its size holds for each network namespace of the machine: that of one node can be filled to it. */
export const conntrackFull: Fault = {
  name: 'c01-conntrack-full',
  causes: ['C01'],
  modes: everyMode,
  text: 'The connection table of node-c holds as many standing connections as nf_conntrack_max allows: new ones are dropped.',
  service: 'web',
  verdicts: ['degraded', 'broken'],
  nodes: ['node-c'],
  shows: [
    { from: /node-c/u, to: /^web$/u, expect: 'fails', errors: ['timeout', 'not-permitted'] },
    { from: /node-[ab]/u, to: /^web$/u, expect: 'partly', any: true },
  ],
  plant: async (lab) => {
    await lab.onNode('node-c', `{ ${fill}; } 2>&1`);
  },
  heal: async (lab) => {
    await lab.onNode('node-c', 'conntrack -F');
  },
};

// A peer: the way a script in JavaScript reads a dump, by split and a regular expression an option, into objects.
import { readFileSync } from 'node:fs';

const chains = new Map<string, object[]>();
for (const line of readFileSync(process.argv[2] ?? '', 'utf8').split('\n')) {
  const chain = /^(?:\[\d+:\d+\] )?-A (\S+)/.exec(line)?.[1];
  if (chain === undefined) continue;
  const rule = {
    source: /(! )?-s (\S+)/.exec(line)?.slice(1),
    destination: /(! )?-d (\S+)/.exec(line)?.slice(1),
    protocol: /-p (\S+)/.exec(line)?.[1],
    comment: /--comment (?:"([^"]*)"|(\S+))/.exec(line)?.[1],
    port: /--dport (\d+)/.exec(line)?.[1],
    probability: /--probability (\S+)/.exec(line)?.[1],
    target: /-[jg] (\S+)/.exec(line)?.[1],
    to: /--to-destination (\S+)/.exec(line)?.[1],
  };
  const rules = chains.get(chain);
  if (rules) rules.push(rule);
  else chains.set(chain, [rule]);
}
console.log(chains.size);

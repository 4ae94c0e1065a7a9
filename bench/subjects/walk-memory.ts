// Times walks to one address in memory: with the index of rules, and through every rule of each chain. What B3c compares.
import type { RuleList, Table } from '../../src/dataplane/ruleset/ruleset.ts';
import { networkOf, readTables, walkClasses } from '../one-service.ts';

const [path = '', address = '', port = ''] = process.argv.slice(2);
const tables = readTables(path);

/** `list` without its index: every rule is looked at. */
const linear = (list: RuleList): RuleList => ({
  length: list.length,
  at: (index) => list.at(index),
  next: (from) => from,
});
const withoutIndex = (table: Table): Table => ({
  ...table,
  chains: new Map([...table.chains].map(([name, chain]) => [name, { ...chain, rules: linear(chain.rules) }])),
});

function secondsOf(network: ReturnType<typeof networkOf>, times: number): number {
  // What is timed is a walk among many: code is compiled, rules are read.
  for (let time = 0; time < times / 2; time++) walkClasses(network, address, Number(port));
  const start = process.hrtime.bigint();
  for (let time = 0; time < times; time++) walkClasses(network, address, Number(port));
  return Number(process.hrtime.bigint() - start) / 1e9 / times;
}

const indexed = networkOf(tables);
const plain = networkOf(tables.map(withoutIndex));
const same = [indexed, plain].map((each) => JSON.stringify(walkClasses(each, address, Number(port)).length));
console.log(
  JSON.stringify({
    same: same[0] === same[1],
    indexed: secondsOf(indexed, 5000),
    linear: secondsOf(plain, 500),
  }),
);

import { expect, it } from 'vitest';
import { parseIptables } from '../../dataplane/iptables/parse-iptables.ts';
import { hangRestoreInput } from './hang-restore-input.ts';

function read(text: string): ReturnType<typeof hangRestoreInput> {
  return hangRestoreInput(parseIptables({ path: 'rules', bytes: new TextEncoder().encode(text) }));
}

const nat = (more: string): string =>
  `*nat\n:KUBE-SERVICES - [0:0]\n:KUBE-POSTROUTING - [0:0]\n${more}-A KUBE-SERVICES -d 10.96.0.1/32 -p tcp -j ACCEPT\nCOMMIT\n`;

it('hangs the chains of kube-proxy below the built-in ones, and says so', () => {
  const { tables, issues } = read(nat(''));
  const [table] = tables;
  const jumps = [...(table?.chains.values() ?? [])].flatMap(({ name, base, rules }) =>
    base === undefined ? [] : [`${name} ${rules.length} ${rules.at(0).text}`],
  );
  expect(jumps).toEqual([
    'PREROUTING 1 -A PREROUTING -j KUBE-SERVICES',
    'OUTPUT 1 -A OUTPUT -j KUBE-SERVICES',
    'POSTROUTING 1 -A POSTROUTING -j KUBE-POSTROUTING',
  ]);
  expect(table?.complete).toBe(true);
  expect(issues[0]?.problem).toContain('taken to hang where kube-proxy hangs them');
});

it.each([
  ["others' chains", nat(':DOCKER - [0:0]\n')],
  ['built-in chains', nat(':PREROUTING ACCEPT [0:0]\n')],
  ['rules in a built-in chain that is not declared', nat('-A PREROUTING -j KUBE-SERVICES\n')],
  ['a cut end', nat('').replace('COMMIT\n', '')],
])('leaves a table with %s as it is', (_, text) => {
  const plain = parseIptables({ path: 'rules', bytes: new TextEncoder().encode(text) });
  expect(read(text).issues).toEqual(plain.issues);
  expect(read(text).tables.map(({ complete }) => complete)).toEqual(
    plain.tables.map(({ complete }) => complete),
  );
});

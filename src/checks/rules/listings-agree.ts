import { rulesOf } from '../../dataplane/ruleset/rules-of.ts';
import type { Table } from '../../dataplane/ruleset/ruleset.ts';
import { nftServiceBase } from '../../kubeproxy/names.ts';
import type { Frontend } from '../../model/frontend.ts';
import { protocolName } from '../../model/protocol.ts';
import { frontendText } from '../../verify/group-discrepancies.ts';
import { type Check, defineCheck } from '../check.ts';

/** The text and the JSON of a node's ruleset lead the Service's packets elsewhere: one of them is of another moment. */
export const listingsAgree: Check = defineCheck({
  id: 'rules/listings-agree',
  asserts: 'where the rules of a node were listed twice, both lists say the same of the Service',
  faults: [],
  needs: ['verifications', 'rules'],
  *run({ world, subject, verifications }) {
    const frontends = new Set(verifications.map(({ expectation }) => expectation.frontend));
    for (const [node, { tables, listedAgain = [] }] of world.nodeStates) {
      for (const again of listedAgain) {
        if (again.name !== 'kube-proxy') continue;
        const listed = tables.find(({ family, name }) => family === again.family && name === again.name);
        if (listed === undefined || listed === again) continue;
        const differing = [...frontends].filter(
          (frontend) =>
            (frontend.node ?? node) === node && leadsTo(listed, frontend) !== leadsTo(again, frontend),
        );
        const [first] = differing;
        if (first === undefined) continue;
        yield {
          severity: 'warning',
          subject: `Service ${subject.namespace}/${subject.name}`,
          node,
          share: [0, 1],
          summary: `two lists of the rules of ${node} lead ${[...new Set(differing.map(frontendText))].join(', ')} elsewhere: one of them is of another moment, and the answer is by ${listed.source}`,
          evidence: [listed, again].map((table) => ({
            source: table.source,
            text: `${frontendText(first)}: ${leadsTo(table, first) || 'no entry'}`,
          })),
          remedy: {
            text: 'list the rules anew, and keep one list',
            commands: [`nft list ruleset   # on ${node}`],
          },
        };
      }
    }
  },
});

const ADDRESS = /(?:\d+\.){3}\d+(?: \. \d+|:\d+)?|\b[0-9a-f]*:[0-9a-f:]*:[0-9a-f]+\b/g;

/** Where a table of kube-proxy leads a frontend, as words to compare: its entries, and the addresses in the Service's chains; empty where it knows none. */
function leadsTo(table: Table, { service, portName, protocol, kind, address, port }: Frontend): string {
  const isNodePort = kind === 'nodePort';
  const key = isNodePort ? [protocol, port] : [address, protocol, port];
  const entries = (
    isNodePort ? ['service-nodeports', 'no-endpoint-nodeports'] : ['service-ips', 'no-endpoint-services']
  ).filter((name) => table.sets.get(name)?.elements.find(key) !== undefined);
  const base = nftServiceBase(service, portName, protocolName(protocol));
  const addresses = ['external', 'service', 'local'].flatMap((kindOfChain) =>
    [...rulesOf(table.chains.get(`${kindOfChain}-${base}`))].flatMap(({ text }) => text.match(ADDRESS) ?? []),
  );
  return [...entries, ...new Set(addresses)].join(' ');
}

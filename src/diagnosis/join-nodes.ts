import { listNodes } from '../verify/describe-clients.ts';

/** What is said of one node. */
export interface ToldOfNode {
  readonly node: string;
  readonly summary: string;
}

/** A sentence, and which of those given it stands for, by their index. */
export interface JoinedNodes {
  readonly summary: string;
  readonly of: readonly number[];
}

/** Stand for the node and for numbers that differ from node to node, in a sentence that is said of several. */
const NODE = '\u0000';
const NUMBER = '\u0001';

/** Ages, counts and the like; never addresses and ports. */
const MEASURES = /(?<![\w.:-])\d+(?:\.\d+)?(?= (?:s|ms|min|h|lines?|restarts)\b)/g;

/** Each sentence once, in order: where nodes differ in their names and in measures alone, they share one with a list of nodes and the least and greatest measure. */
export function joinNodes(told: readonly ToldOfNode[]): JoinedNodes[] {
  const groups = new Map<string, number[]>();
  for (const [index, one] of told.entries()) {
    const key = templateOf(one).replaceAll(MEASURES, NUMBER);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [index]);
    else group.push(index);
  }
  return [...groups].map(([template, of]) => {
    const group = of.flatMap((index) => told[index] ?? []);
    const [first] = group;
    const nodes = [...new Set(group.map(({ node }) => node))];
    return { summary: nodes.length < 2 && first ? first.summary : sayOf(template, nodes, group), of };
  });
}

function sayOf(template: string, nodes: readonly string[], told: readonly ToldOfNode[]): string {
  const measures = told.map((one) => templateOf(one).match(MEASURES) ?? []);
  let place = 0;
  const list = listNodes(nodes);
  const text = template.startsWith(`${NODE} `)
    ? `each of ${list}${template.slice(1)}`
    : template.replace(NODE, list);
  return text
    .replaceAll(`on ${NODE}`, 'there')
    .replaceAll(NODE, 'that node')
    .replaceAll(NUMBER, () => {
      const texts = measures.map((own) => own[place] ?? '');
      place++;
      return rangeOf(texts);
    });
}

/** `41` where all are alike, else `41 to 63`. */
function rangeOf(texts: readonly string[]): string {
  const sorted = [...texts].sort((a, b) => Number(a) - Number(b));
  const [least = ''] = sorted;
  const greatest = sorted.at(-1) ?? '';
  return least === greatest ? least : `${least} to ${greatest}`;
}

function templateOf({ node, summary }: ToldOfNode): string {
  const name = node.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return summary.replaceAll(new RegExp(String.raw`(?<![\w.-])${name}(?![\w-]|\.\w)`, 'g'), NODE);
}

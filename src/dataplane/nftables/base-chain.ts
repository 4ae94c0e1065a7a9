import type { BaseChain, Hook, TableFamily } from '../ruleset/ruleset.ts';
import type { TokenStream } from './token-stream.ts';

/** Named priorities. *Source:* nft(8), table "Standard priority names". */
const PRIORITIES: Readonly<Record<string, number>> = {
  raw: -300,
  mangle: -150,
  dstnat: -100,
  filter: 0,
  security: 50,
  srcnat: 100,
};
const BRIDGE_PRIORITIES: Readonly<Record<string, number>> = {
  dstnat: -300,
  filter: -200,
  out: 100,
  srcnat: 300,
};

const HOOKS = new Set(['ingress', 'prerouting', 'input', 'forward', 'output', 'postrouting', 'egress']);

/** Reads `type nat hook prerouting priority dstnat - 10; policy accept;`. Undefined where it is not understood. */
export function baseChainOf(
  stream: TokenStream,
  family: TableFamily,
  policy: BaseChain['policy'] = 'accept',
): BaseChain | undefined {
  if (!stream.take('type')) return undefined;
  const type = stream.next();
  if (!stream.take('hook')) return undefined;
  const hook = stream.next();
  if (stream.take('device')) stream.next();
  if (stream.take('devices')) {
    stream.take('=');
    stream.braced();
  }
  if (!stream.take('priority')) return undefined;
  const priority = takePriority(stream, family);
  if (priority === undefined || !HOOKS.has(hook) || (type !== 'filter' && type !== 'nat' && type !== 'route'))
    return undefined;
  let decided = policy;
  while (!stream.isDone)
    if (stream.next() === 'policy') decided = stream.next() === 'drop' ? 'drop' : 'accept';
  return { type, hook: hook as Hook, priority, policy: decided };
}

/** A number, a name, or a name with an offset: `filter`, `dstnat - 10`, `srcnat + 5`, `-110`. */
function takePriority(stream: TokenStream, family: TableFamily): number | undefined {
  const word = stream.next();
  const number = Number(word);
  const glued = /^([a-z]+)([+-]\d+)$/.exec(word);
  const name = glued?.[1] ?? word;
  const base =
    Number.isInteger(number) && word !== ''
      ? number
      : (family === 'bridge' ? BRIDGE_PRIORITIES : PRIORITIES)[name];
  if (base === undefined) return undefined;
  if (glued) return base + Number(glued[2]);
  if (stream.peek() !== '-' && stream.peek() !== '+') return base;
  const sign = stream.next() === '-' ? -1 : 1;
  const offset = Number(stream.next());
  return Number.isInteger(offset) ? base + sign * offset : undefined;
}

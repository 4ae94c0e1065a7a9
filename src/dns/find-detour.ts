import { parseIp } from '../model/address.ts';
import type { Corefile, Plugin, ServerBlock } from './parse-corefile.ts';
import { goPattern, rewriteName } from './rewrite-name.ts';

/** A Service whose address is asked for by its full name. */
export interface AskedService {
  readonly service: string;
  readonly namespace: string;
  readonly domain: string;
  /** Its cluster addresses, as the API writes them. */
  readonly addresses: readonly string[];
}

/** Why the plugin `kubernetes` does not answer for a Service. */
export interface Detour {
  /** Of the Corefile, 1-based. */
  readonly line: number;
  /** The plugin that answers, or that hides the Service. */
  readonly plugin: string;
  /** In words, after the name that is asked: `is rewritten to …`. */
  readonly what: string;
}

/**
 * Where CoreDNS answers the question for a Service's address otherwise than by its plugin `kubernetes`, or that plugin leaves the Service out; undefined where
 * it answers, and where no block serves Kubernetes at all. *Source:* coredns.io/manual (the longest zone serves), plugin.cfg (`rewrite`, `template` and
 * `hosts` come before `kubernetes`), coredns.io/plugins/template, hosts, kubernetes. *Limits:* questions of type A in class IN; `import`, `view`, `acl` and files
 * are not followed.
 */
export function findDetour(
  corefile: Corefile,
  ports: ReadonlySet<number>,
  asked: AskedService,
): Detour | undefined {
  const blocks = corefile.blocks.filter(({ port }) => ports.has(port));
  const own = `${asked.service}.${asked.namespace}.svc.`.toLowerCase();
  const full = `${own}${asked.domain}`;
  const block = serverOf(blocks, full);
  if (block === undefined || block.plugins.some(({ name }) => OPAQUE.has(name))) return undefined;
  const { name, line } = rewriteName(block.plugins, full);
  if (line !== undefined && !name.startsWith(own))
    return { line, plugin: 'rewrite', what: `is rewritten to ${name}` };
  const first = block.plugins.flatMap(
    (plugin) => byTemplate(plugin, block, name) ?? byHosts(plugin, block, name, asked.addresses) ?? [],
  )[0];
  if (first !== undefined) return first;
  const kubernetes = block.plugins.find((plugin) => servesKubernetes(plugin, block, name));
  if (kubernetes !== undefined) return hiddenBy(kubernetes, asked);
  if (line !== undefined) return { line, plugin: 'rewrite', what: `is rewritten to ${name}` };
  const isServedElsewhere = blocks.some((other) =>
    other.plugins.some((plugin) => servesKubernetes(plugin, other, name)),
  );
  return isServedElsewhere
    ? {
        line: block.line,
        plugin: block.plugins.find(({ name: each }) => RESOLVERS.has(each))?.name ?? 'no plugin',
        what: `is served by the block for ${block.zones.join(', ')}, which has no plugin kubernetes`,
      }
    : undefined;
}

/** Plugins that bring rules which were not read, or choose a block by more than the name. */
const OPAQUE = new Set(['import', 'view']);
const RESOLVERS = new Set(['forward', 'file', 'grpc', 'secondary', 'auto', 'etcd']);

/** The block with the longest zone that holds `name`. */
function serverOf(blocks: readonly ServerBlock[], name: string): ServerBlock | undefined {
  const length = ({ zones }: ServerBlock): number =>
    Math.max(-1, ...zones.filter((zone) => isIn(zone, name)).map((zone) => zone.replace('.', '').length));
  return blocks
    .filter(({ zones }) => zones.some((zone) => isIn(zone, name)))
    .toSorted((a, b) => length(b) - length(a))[0];
}

function isIn(zone: string, name: string): boolean {
  const own = zone.toLowerCase().replace(/\.$/, '');
  return own === '' || name === own || name.endsWith(`.${own}`);
}

function byTemplate(
  { name: plugin, arguments: words, body, line }: Plugin,
  block: ServerBlock,
  name: string,
): Detour | undefined {
  const [kind = '', type = '', ...zones] = words;
  const isAsked = ['IN', 'ANY'].includes(kind.toUpperCase()) && ['A', 'ANY'].includes(type.toUpperCase());
  if (plugin !== 'template' || !isAsked) return undefined;
  if (!(zones.length > 0 ? zones : block.zones).some((zone) => isIn(zone, name))) return undefined;
  const patterns = optionsOf(body, 'match').flat();
  const isMatched =
    patterns.length === 0 || patterns.some((pattern) => goPattern(pattern)?.test(`${name}.`) === true);
  if (!isMatched && fallsThrough(body, name)) return undefined;
  return {
    line,
    plugin,
    what: isMatched ? 'is answered by a template' : 'ends at a template that does not fall through',
  };
}

function byHosts(
  { name: plugin, arguments: words, body, line }: Plugin,
  block: ServerBlock,
  name: string,
  addresses: readonly string[],
): Detour | undefined {
  const zones = words.slice(1);
  if (plugin !== 'hosts' || !(zones.length > 0 ? zones : block.zones).some((zone) => isIn(zone, name)))
    return undefined;
  const listed = body
    .map((each) => each.split(/\s+/))
    .filter(
      ([address = '', ...names]) =>
        parseIp(address) !== undefined &&
        names.some((each) => each.toLowerCase().replace(/\.$/, '') === name),
    )
    .map(([address = '']) => address);
  if (listed.length > 0) {
    return listed.every((address) => addresses.includes(address))
      ? undefined
      : { line, plugin, what: `is ${listed.join(', ')} in its list of hosts` };
  }
  // What a file lists is not known; without a file the list is whole.
  return fallsThrough(body, name)
    ? undefined
    : { line, plugin, what: 'ends at a list of hosts that does not fall through' };
}

function servesKubernetes(
  { name: plugin, arguments: zones }: Plugin,
  block: ServerBlock,
  name: string,
): boolean {
  return plugin === 'kubernetes' && (zones.length > 0 ? zones : block.zones).some((zone) => isIn(zone, name));
}

function hiddenBy({ name: plugin, body, line }: Plugin, { namespace }: AskedService): Detour | undefined {
  const shown = optionsOf(body, 'namespaces').flat();
  return shown.length === 0 || shown.includes(namespace)
    ? undefined
    : { line, plugin, what: `is left out: only ${shown.join(', ')} are served` };
}

/** The words after each line of `body` that starts with `option`. */
function optionsOf(body: readonly string[], option: string): string[][] {
  return body
    .map((line) => line.split(/\s+/))
    .filter(([word]) => word === option)
    .map(([, ...words]) => words);
}

function fallsThrough(body: readonly string[], name: string): boolean {
  return optionsOf(body, 'fallthrough').some(
    (zones) => zones.length === 0 || zones.some((zone) => isIn(zone, name)),
  );
}

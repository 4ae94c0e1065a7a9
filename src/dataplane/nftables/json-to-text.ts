/** A value of nft's JSON. */
type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

type Fields = { readonly [key: string]: Json };

/**
 * One expression or statement of nft's JSON in the words of nft's text; undefined where it has none here. `xt` (a match or
 * target of iptables-nft) hides its content in JSON, so it becomes words that are unknown to the reader of text.
 * *Source:* libnftables-json(5).
 */
export function statementText(statement: Json): string | undefined {
  if (!isFields(statement)) return typeof statement === 'string' ? statement : undefined;
  const [name] = Object.keys(statement);
  const body = name === undefined ? null : (statement[name] ?? null);
  switch (name) {
    case 'match':
      return matchText(body);
    case 'accept':
    case 'drop':
    case 'return':
    case 'continue':
    case 'notrack':
      return name;
    case 'jump':
    case 'goto':
      return `${name} ${word(field(body, 'target'))}`;
    case 'vmap':
      return `${expression(field(body, 'key'))} vmap ${expression(field(body, 'data'))}`;
    case 'counter':
      return 'counter';
    case 'log':
      return 'log';
    case 'reject':
      return rejectText(body);
    case 'mangle':
      return `${expression(field(body, 'key'))} set ${flags(field(body, 'value')) ?? expression(field(body, 'value'))}`;
    case 'dnat':
    case 'snat':
      return natText(name, body);
    case 'masquerade':
    case 'redirect':
      return natText(name, body);
    case 'set':
      return `${word(field(body, 'op'))} ${word(field(body, 'set'))} { ${expression(field(body, 'elem'))}${withStatements(field(body, 'stmt'))} }`;
    case 'tproxy':
      return natText('tproxy', body);
    case 'queue':
      return /bypass/.test(JSON.stringify(field(body, 'flags')) ?? '') ? 'queue flags bypass' : 'queue';
    case 'xt':
      return `xt ${word(field(body, 'type')) || 'target'} ${word(field(body, 'name'))}`;
    case 'flow':
      return `flow add ${word(field(body, 'flowtable'))}`;
    case 'ct helper':
    case 'ct timeout':
    case 'ct expectation':
      return `${name} set ${expression(body)}`;
    case 'last':
      return 'last';
    case 'dup':
      return `dup to ${expression(field(body, 'addr'))}`;
    case 'reset':
      return `reset ${expression(body)}`;
    case 'limit':
      return limitText(body);
    case 'meter':
      return `meter ${word(field(body, 'name'))} { ${expression(field(body, 'key'))} }`;
    case 'quota':
    case 'ct count':
      return `${name} ${field(body, 'inv') === true ? 'over ' : ''}${word(field(body, 'val')) || word(body)}`;
    default:
      return undefined;
  }
}

function isFields(value: Json | undefined): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function field(value: Json, key: string): Json {
  return isFields(value) ? (value[key] ?? null) : null;
}

function word(value: Json): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function matchText(body: Json): string {
  const operator = word(field(body, 'op'));
  const right = field(body, 'right');
  // `in`: any of the flags. A list is the flags of one value, no set.
  const value =
    typeof right === 'boolean'
      ? right
        ? 'exists'
        : 'missing'
      : Array.isArray(right)
        ? flags(right)
        : expression(right);
  return `${expression(field(body, 'left'))} ${operator === 'in' ? '' : `${operator} `}${value}`;
}

/** A list of words is the flags of one value, no set. */
function flags(value: Json): string | undefined {
  return Array.isArray(value) ? value.map((flag) => word(flag as Json)).join(',') : undefined;
}

function limitText(body: Json): string {
  const over = field(body, 'inv') === true ? 'over ' : '';
  if (!isFields(body)) return `limit name "${word(body)}"`;
  return `limit rate ${over}${word(field(body, 'rate'))}/${word(field(body, 'per'))}`;
}

/** What an update of a set does besides, in front of the brace: a counter, or a limit that makes it a condition. */
function withStatements(statements: Json): string {
  return Array.isArray(statements)
    ? statements.map((one) => ` ${statementText(one as Json) ?? 'unknown'}`).join('')
    : '';
}

function rejectText(body: Json): string {
  const type = word(field(body, 'type'));
  if (type === '') return 'reject';
  return type === 'tcp reset'
    ? 'reject with tcp reset'
    : `reject with ${type} type ${word(field(body, 'expr'))}`;
}

function natText(kind: string, body: Json): string {
  const address = field(body, 'addr');
  const port = field(body, 'port');
  const family = word(field(body, 'family'));
  const given = [field(body, 'flags')].flat().map(word);
  const isNetmap = given.includes('netmap');
  const flagText = given.filter((flag) => flag !== 'netmap').join(',');
  if (address === null && port === null) return `${kind} ${flagText}`.trim();
  const head = `${kind}${family === '' ? '' : ` ${family}`}${isNetmap ? ' prefix' : ''} to `;
  if (address === null) return `${head}:${expression(port)} ${flagText}`.trim();
  const text = expression(address);
  // An address with colons stands in brackets; the words of a map do not.
  const isBare = typeof address === 'string' && address.includes(':');
  const target = port === null ? text : `${isBare ? `[${text}]` : text}:${expression(port)}`;
  return `${head}${target} ${flagText}`.trim();
}

/** An expression in text; words that the reader of text does not know where it has none. */
export function expression(value: Json): string {
  if (typeof value === 'string') return /^[\w.:/*@+-]+$/.test(value) ? value : `"${value}"`;
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return `{ ${value.map((each) => pair(each as Json)).join(', ')} }`;
  if (!isFields(value)) return 'unknown';
  const [name = ''] = Object.keys(value);
  const body = value[name] ?? null;
  switch (name) {
    case 'payload':
      return field(body, 'protocol') === null
        ? `@${word(field(body, 'base'))},${word(field(body, 'offset'))},${word(field(body, 'len'))}`
        : `${word(field(body, 'protocol'))} ${word(field(body, 'field'))}`;
    case 'meta':
      return `meta ${word(field(body, 'key'))}`;
    case 'ct':
      return `ct ${[word(field(body, 'dir')), word(field(body, 'key'))].filter(Boolean).join(' ')}`;
    case 'fib':
      return fibText(body);
    case 'socket':
      return `socket ${word(field(body, 'key'))}`;
    case 'prefix':
      return `${word(field(body, 'addr'))}/${word(field(body, 'len'))}`;
    case 'range':
      return Array.isArray(body) ? `${word(body[0] as Json)}-${word(body[1] as Json)}` : 'unknown';
    case 'concat':
      return Array.isArray(body) ? body.map((part) => expression(part as Json)).join(' . ') : 'unknown';
    case 'set':
      return Array.isArray(body) ? expression(body) : `{ ${pair(body)} }`;
    case 'map':
      return `${expression(field(body, 'key'))} map ${expression(field(body, 'data'))}`;
    case 'elem':
      return elementText(body);
    case 'exthdr':
    case 'ip option':
    case 'tcp option':
    case 'sctp chunk':
      return [name, word(field(body, 'name')), word(field(body, 'field'))].filter(Boolean).join(' ');
    case 'rt':
      return ['rt', word(field(body, 'family')), word(field(body, 'key'))].filter(Boolean).join(' ');
    case '<<':
    case '>>':
    case '&':
    case '|':
    case '^':
      return Array.isArray(body) ? body.map((part) => operand(part as Json)).join(` ${name} `) : 'unknown';
    case 'numgen':
      return `numgen ${word(field(body, 'mode'))} mod ${word(field(body, 'mod'))} offset ${word(field(body, 'offset')) || '0'}`;
    case 'jhash':
      return `jhash ${expression(field(body, 'expr'))} mod ${word(field(body, 'mod'))} offset ${word(field(body, 'offset')) || '0'}`;
    case 'symhash':
      return `symhash mod ${word(field(body, 'mod'))} offset ${word(field(body, 'offset')) || '0'}`;
    default:
      return statementText(value) ?? `unknown ${name}`;
  }
}

/** A list of flags stands in parentheses. */
function operand(value: Json): string {
  if (Array.isArray(value)) return `(${value.map((flag) => word(flag as Json)).join(' | ')})`;
  return isFields(value) && '|' in value ? `(${expression(value)})` : expression(value);
}

function fibText(body: Json): string {
  const flags = field(body, 'flags');
  const names = Array.isArray(flags) ? flags.map((flag) => word(flag as Json)) : [word(flags)];
  return `fib ${names.join(' . ')} ${word(field(body, 'result'))}`;
}

/** An element of a set, or `[key, value]` of a map. */
function pair(value: Json): string {
  if (!Array.isArray(value)) return expression(value);
  return `${expression(value[0] as Json)} : ${expression(value[1] as Json)}`;
}

function elementText(body: Json): string {
  const comment = field(body, 'comment');
  return `${expression(field(body, 'val'))}${typeof comment === 'string' ? ` comment "${comment}"` : ''}`;
}

/** The elements of a named set or map, comma-separated. */
export function elementsText(elements: Json): string {
  return Array.isArray(elements) ? elements.map((element) => pair(element as Json)).join(', ') : '';
}

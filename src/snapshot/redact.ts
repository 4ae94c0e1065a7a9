import { COPIES, REMOVED, redactYaml } from './redact-yaml.ts';
import { rememberJson } from './json-of.ts';
import { type Source, textOf } from './snapshot.ts';

const encoder = new TextEncoder();

/** Patterns of secrets in text of any kind: PEM blocks, bearer tokens, JWTs. */
const SECRET_TEXT = [
  /-----BEGIN [A-Z ]+-----[\s\S]*?(-----END [A-Z ]+-----|$)/g,
  /\b(Bearer|bearer|Basic)\s+[A-Za-z0-9._~+/=-]{16,}/g,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g,
];

/**
 * `source` without secrets: Secret objects, environment values, copies of applied configuration, tokens, certificates, kubeconfigs.
 * What is left keeps its line structure where it is text; JSON that held something is written anew.
 */
export function redactSource(source: Source): Source {
  if (source.kind === 'kubernetes') return redactObjects(source);
  if (!SCANNED.has(source.kind)) return source;
  const text = textOf(source);
  const clean = redactText(text);
  return clean === text ? source : { ...source, bytes: encoder.encode(clean) };
}

/** Dumps of rules hold no secrets and are large; everything that a program may have logged or configured is scanned. */
const SCANNED = new Set<Source['kind']>([
  'unknown',
  'note',
  'pod-log',
  'coredns-log',
  'kube-proxy-log',
  'kube-proxy-config',
  'kube-proxy-configz',
  'kubelet-config',
  'cni-config',
  'corefile',
]);

/** What every secret holds, so that the many strings without are passed over at the price of one look. */
const MAY_BE_SECRET = /BEGIN |[Bb]earer\s|Basic\s|eyJ|token|password|-data/;

/** `text` with secrets replaced. */
export function redactText(text: string): string {
  if (!MAY_BE_SECRET.test(text)) return text;
  return SECRET_TEXT.reduce(
    (clean, pattern) =>
      clean.replace(pattern, (match) => `${REMOVED}${'\n'.repeat(match.split('\n').length - 1)}`),
    text,
  ).replace(
    /^(\s*(?:client-key-data|client-certificate-data|certificate-authority-data|token|password):\s*).+$/gm,
    `$1${REMOVED}`,
  );
}

const MAY_HOLD =
  /"(kind"\s*:\s*"Secret|env"|annotations"|data"|stringData")|\b(kind:\s*["']?Secret|(env|annotations|data|stringData|value)["']?:)|BEGIN |[Bb]earer |Basic |eyJ|(token|password|-data)["']?:/;

function redactObjects(source: Source): Source {
  const text = textOf(source);
  if (!MAY_HOLD.test(text)) return source;
  if (/^\uFEFF?\s*[{[]/.test(text)) {
    try {
      const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
      const isChanged = cleanObject(value);
      const bytes = isChanged ? encoder.encode(JSON.stringify(value, undefined, 1)) : source.bytes;
      rememberJson(bytes, value);
      return { ...source, bytes };
    } catch {
      return { ...source, bytes: encoder.encode(redactText(redactCutJson(text))) };
    }
  }
  const clean = redactYaml(redactText(text));
  return clean === text ? source : { ...source, bytes: encoder.encode(clean) };
}

/** Takes secrets out of what JSON of API objects says, in place; whether anything was taken out. */
export function cleanObject(value: unknown): boolean {
  let isChanged = false;
  if (typeof value !== 'object' || value === null) return false;
  const record = value as Record<string, unknown>;
  if (record['kind'] === 'SecretList' && Array.isArray(record['items'])) {
    for (const item of record['items'] as unknown[])
      if (typeof item === 'object' && item !== null) Object.assign(item, { kind: 'Secret' });
  }
  if (record['kind'] === 'Secret') {
    for (const key of ['data', 'stringData']) isChanged = delete record[key] || isChanged;
  }
  for (const key of Object.keys(record)) {
    const member = record[key];
    if (key === 'env' && Array.isArray(member)) isChanged = cleanEnv(member) || isChanged;
    else if (COPIES.has(key)) isChanged = delete record[key] || isChanged;
    else if (typeof member === 'string') {
      const clean = redactText(member);
      if (clean !== member) {
        record[key] = clean;
        isChanged = true;
      }
    } else isChanged = cleanObject(member) || isChanged;
  }
  return isChanged;
}

function cleanEnv(env: unknown[]): boolean {
  let isChanged = false;
  for (const each of env) {
    if (typeof each !== 'object' || each === null || !('value' in each) || each.value === REMOVED) continue;
    Object.assign(each, { value: REMOVED });
    isChanged = true;
  }
  return isChanged;
}

/** Members of an object that are kept where the text is cut, so that it can be told what it was. */
const NAMES = new Set(['apiVersion', 'kind', 'name', 'namespace']);

/** JSON that cannot be read: nothing tells what its strings belong to, so only the names stay. */
function redactCutJson(text: string): string {
  return text.replace(
    /"([^"\\\n]*)"(\s*:\s*)"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?$)/g,
    (member, key: string, colon: string) => (NAMES.has(key) ? member : `"${key}"${colon}"${REMOVED}"`),
  );
}

import { redactText } from '../../snapshot/redact.ts';
import type { AccessFailure } from './cluster-access.ts';

const KIND_OF_STATUS: Readonly<Record<number, AccessFailure['kind']>> = {
  401: 'forbidden',
  403: 'forbidden',
  404: 'not-found',
  410: 'expired',
  504: 'timeout',
};

const KIND_OF_CODE: Readonly<Record<string, AccessFailure['kind']>> = {
  ECONNREFUSED: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENOTFOUND: 'unreachable',
  EAI_AGAIN: 'unreachable',
  ETIMEDOUT: 'timeout',
  ECONNRESET: 'cut',
  EPIPE: 'cut',
};

/** What an answer that is no success says: the message of the `Status` in its body, else its number. */
export function statusFailure(status: number, body: Uint8Array): AccessFailure {
  return { kind: KIND_OF_STATUS[status] ?? 'failed', message: oneLine(messageOf(body) ?? `HTTP ${status}`) };
}

/** What a connection that did not come about, or broke, says. */
export function failureOf(error: unknown): AccessFailure {
  const { code = '' } = error as NodeJS.ErrnoException;
  const message = error instanceof Error && error.message !== '' ? error.message : code;
  return { kind: KIND_OF_CODE[code] ?? 'failed', message: oneLine(message) };
}

function messageOf(body: Uint8Array): string | undefined {
  const text = new TextDecoder().decode(body);
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === 'string' && message !== '' ? message : undefined;
  } catch {
    return text.trim() === '' ? undefined : text;
  }
}

/** One line without control characters or secrets, short enough for a report. */
function oneLine(text: string): string {
  return redactText(text)
    .replace(/\s+/g, ' ')
    .replace(/\p{Cc}/gu, '?')
    .trim()
    .replace(/:$/, '')
    .slice(0, 300);
}

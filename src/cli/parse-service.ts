import { UserError } from '../model/user-error.ts';

/** A Service as the command line names it; `namespace` is undefined where none was given. */
export interface ServiceName {
  readonly namespace?: string;
  readonly name: string;
}

const kinds: ReadonlySet<string> = new Set(['svc', 'service', 'services']);
/** DNS-1123 label. *Source:* kubernetes v1.37 `apimachinery/pkg/util/validation`. */
const validName = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** `svc/NAME` or `svc/NAMESPACE/NAME`; throws a `UserError` for anything else. */
export function parseService(text: string): ServiceName {
  const [kind = '', ...rest] = text.split('/');
  if (!kinds.has(kind.toLowerCase()))
    throw new UserError(`"${text}" is not a Service`, 'say svc/NAME, and -n for its namespace');
  const [, service, port] = /^(.+):([\w-]+)$/.exec(text) ?? [];
  if (service !== undefined)
    throw new UserError(`"${text}" names a port, too`, `say ${service} --port ${port}`);
  const [first, second] = rest;
  const name = rest.length === 2 ? second : first;
  if (
    rest.length === 0 ||
    rest.length > 2 ||
    name === undefined ||
    !rest.every((part) => validName.test(part))
  )
    throw new UserError(
      `"${text}" does not name a Service`,
      'say svc/NAME, in small letters, digits and dashes',
    );
  return rest.length === 2 && first !== undefined ? { namespace: first, name } : { name };
}

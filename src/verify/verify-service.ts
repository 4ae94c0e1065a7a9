import { frontendsOf } from '../intent/frontends-of.ts';
import { type ClientFilter, vantagesOf } from '../intent/vantages-of.ts';
import type { Frontend } from '../model/frontend.ts';
import { parseProtocol } from '../model/protocol.ts';
import type { Service } from '../world/kubernetes/objects.ts';
import type { World } from '../world/world.ts';
import type { Verification } from './discrepancy.ts';
import { type VerifyOptions, verifyFrontend } from './verify-frontend.ts';

/** Which part of a Service a question is about; absent members ask for all. */
export interface VerifySubject {
  /** A Service port's number, NodePort number or name. */
  readonly port?: number | string;
  readonly protocol?: string;
  readonly from?: ClientFilter;
}

/** Every frontend of `service` walked from every client that is worth it, held against the promise. */
export function verifyService(
  world: World,
  service: Service,
  subject: VerifySubject = {},
  options: VerifyOptions = {},
): Verification[] {
  return frontendsOf(world, service)
    .filter((frontend) => isAskedFor(service, frontend, subject))
    .flatMap((frontend) =>
      vantagesOf(world, frontend, subject.from).map((vantage) =>
        verifyFrontend(world, frontend, vantage, options),
      ),
    );
}

function isAskedFor({ spec }: Service, frontend: Frontend, { port, protocol }: VerifySubject): boolean {
  if (protocol !== undefined && parseProtocol(protocol) !== frontend.protocol) return false;
  if (port === undefined || port === frontend.portName) return true;
  const number = typeof port === 'number' ? port : Number(port);
  if (number === frontend.port) return true;
  const own = spec.ports?.find(
    (each) =>
      (each.name ?? '') === frontend.portName && parseProtocol(each.protocol ?? 'TCP') === frontend.protocol,
  );
  return own?.port === number || own?.nodePort === number;
}

import type { investigateService } from '../../investigate.ts';
import type { ServiceQuestion } from '../../investigate/questions.ts';
import { UserError } from '../../model/user-error.ts';
import { exitCodeOf } from '../../report/exit-code.ts';
import type { Host } from '../host.ts';
import { isHttpPath } from '../../observe/probe/probe-script.ts';
import { parseService } from '../parse-service.ts';
import type { CheckOptions } from '../options.ts';
import { defaultNamespace } from '../open-cluster.ts';
import { readEvidence } from '../read-evidence.ts';
import { type Repetition, repeatUntil } from '../repeat-until.ts';

/** `plumb svc/NAME`: why does this Service not work. Returns the exit code. */
export async function checkService(host: Host, service: string, options: CheckOptions): Promise<number> {
  const question = questionOf(service, options, await namespaceOf(host, service, options));
  const { namespace, name, from } = question;
  const [clientNamespace] = from?.pod?.split('/') ?? [];
  const subject = {
    namespace,
    service: name,
    ...(clientNamespace ? { clientNamespace } : {}),
    ...(from?.pod ? { clientPod: from.pod } : {}),
    ...httpPathOf(options),
  };
  const ask = async (): Promise<Answer> => {
    // What is judged by is loaded while files are read or nodes answer: before, it would keep them from being asked.
    const load = () => import('../../investigate.ts');
    const evidence = readEvidence(host, options, subject, { onAsked: () => void load() });
    if ((options.from ?? []).length > 0) void load();
    const snapshot = await evidence;
    const { investigateService } = await load();
    return investigateService(snapshot, question, { isVerbose: options.verbose === true });
  };
  const show = async (answer: Answer): Promise<void> => {
    const { drawDiagnosis } = await import('../draw-diagnosis.ts');
    drawDiagnosis(host, options, answer);
  };
  const { verdict } = await repeatUntil(host, repetitionOf(options), ask, show);
  return exitCodeOf(verdict);
}

type Answer = ReturnType<typeof investigateService>;

function httpPathOf({ http, from = [], probe }: CheckOptions): { readonly httpPath?: string } {
  if (http === undefined) return {};
  if (!isHttpPath(http)) throw new UserError(`"${http}" is no path to ask for`, 'say --http /healthz');
  if (from.length > 0 || probe === false)
    throw new UserError('--http asks a running cluster', 'leave it, --from or --no-probe out');
  return { httpPath: http };
}

/** Files do not change while one looks: asking again is for running clusters. */
function repetitionOf({ from = [], wait, watch }: CheckOptions): Repetition {
  if (from.length === 0)
    return {
      ...(wait === undefined ? (watch ? {} : { waitMs: 0 }) : { waitMs: wait }),
      isWatch: watch === true,
    };
  if (wait !== undefined || watch)
    throw new UserError('--wait and --watch ask a running cluster', 'leave them or --from out');
  return { waitMs: 0 };
}

async function namespaceOf(host: Host, service: string, options: CheckOptions): Promise<string> {
  const { namespace } = parseService(service);
  if (namespace !== undefined && options.namespace !== undefined && namespace !== options.namespace)
    throw new UserError(
      `"${service}" is in ${namespace}, and -n says ${options.namespace}`,
      'leave one of them out',
    );
  return namespace ?? options.namespace ?? (await defaultNamespace(host, options));
}

function questionOf(service: string, options: CheckOptions, inNamespace: string): ServiceQuestion {
  const { name } = parseService(service);
  const { port, fromPod, fromNode, external } = options;
  const clients = [fromPod, fromNode, external].filter((client) => client !== undefined);
  if (clients.length > 1)
    throw new UserError('--from-pod, --from-node and --external exclude each other', 'name one client');
  return {
    namespace: inNamespace,
    name,
    ...(port === undefined ? {} : { port: /^\d+$/.test(port) ? Number(port) : port }),
    ...(clients.length === 0
      ? {}
      : {
          from: {
            ...(fromPod === undefined
              ? {}
              : { pod: fromPod.includes('/') ? fromPod : `${inNamespace}/${fromPod}` }),
            ...(fromNode === undefined ? {} : { node: fromNode }),
            ...(external === true ? { isExternal: true } : {}),
          },
        }),
  };
}

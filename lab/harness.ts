import { versions } from './build/versions.ts';
import { list } from './cluster/api.ts';
import type { Lab } from './cluster/lab.ts';
import { untilRulesWritten } from './cluster/until-rules-written.ts';
import { describeObservation, failedShare, observe, type Question } from './evidence/observe.ts';
import type { Observation } from './evidence/probe.ts';
import { askLive } from './evidence/ask-live.ts';
import { writeRecording, type Statement } from './evidence/record.ts';
import type { Fault } from './faults/fault.ts';
import { unproved } from './faults/proof.ts';
import { pause, slow } from './machine/run.ts';
import { UserError } from './user-error.ts';

/** The question of a fault with its defaults. */
export async function questionOf(lab: Lab, fault: Fault): Promise<Question> {
  const own = typeof fault.ask === 'function' ? await fault.ask(lab) : fault.ask;
  return {
    namespace: fault.namespace ?? 'shop',
    service: fault.service,
    byName: true,
    fromItself: false,
    extra: [],
    options: { tries: 6, timeoutMs: 1000 },
    ...own,
  };
}

async function untilProved(lab: Lab, fault: Fault): Promise<Observation[]> {
  const end = Date.now() + 75_000 * slow;
  const shows = fault.shows.filter(({ modes }) => modes?.includes(lab.shape.mode) ?? true);
  for (;;) {
    const observations = await observe(lab, await questionOf(lab, fault));
    const wrong = unproved(shows, observations);
    if (wrong.length === 0) return observations;
    if (Date.now() > end) throw new UserError(`${fault.name} does not show: ${wrong.slice(0, 3).join('; ')}`);
    await pause(1500);
  }
}

const wellKnown = ['web', 'web-np', 'web-lb', 'solo', 'echo'];

/** Waits until every Service of the lab answers from every vantage and every node's rules know its pods; throws a `UserError` with what still fails. */
export async function untilHealthy(lab: Lab, services: readonly string[] = wellKnown): Promise<void> {
  const end = Date.now() + 60_000 * slow;
  for (;;) {
    await lab.untilPodsReady(60_000);
    const wrong: string[] = [];
    for (const service of services) {
      const options = { tries: 3, timeoutMs: 800 };
      const observations = await observe(lab, {
        namespace: 'shop',
        service,
        byName: service === 'web',
        fromItself: service === 'solo',
        extra: [],
        options,
      });
      wrong.push(...observations.filter((o) => failedShare(o) > 0).map((o) => describeObservation(o)));
    }
    // A connection that works does not tell that every endpoint is known.
    if (wrong.length === 0) return untilRulesWritten(lab, 60_000);
    if (Date.now() > end) throw new UserError(`not healthy: ${wrong.slice(0, 4).join('; ')}`);
    await pause(1000);
  }
}

const triggerTime = 'endpoints.kubernetes.io/last-change-trigger-time';

/**
 * Waits until no endpoint of the shop changed in the last seven seconds, for what is younger may be a kube-proxy that has not written yet; and so long
 * that connections from before the fault are told from those that meet it.
 */
async function untilSettled(): Promise<void> {
  const slices = await list('discovery.k8s.io/v1', 'EndpointSlice', 'shop');
  const times = slices.map(({ metadata }) => {
    const annotations = metadata?.['annotations'] as Readonly<Record<string, string>> | undefined;
    return Date.parse(annotations?.[triggerTime] ?? '') || 0;
  });
  await pause(Math.max(3000, Math.max(0, ...times) + 7000 - Date.now()));
}

/** How a fault went: whether it was recorded, whether the lab is healthy again, and what did not behave as stated. */
export interface Outcome {
  readonly recorded: boolean;
  readonly healed: boolean;
  readonly why?: string;
}

/**
 * Plants a fault, proves that it is real, records it, heals it and proves that the lab is healthy again. With `isLive` Plumb is asked on the
 * running cluster, too, while the fault is there.
 */
export async function recordFault(lab: Lab, fault: Fault, folder: string, isLive: boolean): Promise<Outcome> {
  if (!fault.modes.includes(lab.shape.mode)) {
    throw new UserError(`${fault.name} is not for ${lab.shape.mode} mode`);
  }
  const said: string[] = [];
  const tell = (error: unknown): void => {
    if (!(error instanceof UserError)) throw error;
    said.push(error.message);
  };
  let recorded = false;
  try {
    await fault.plant(lab);
    await untilSettled();
    const observations = await untilProved(lab, fault);
    const statement = statementOf(lab, fault);
    await writeRecording(lab, folder, statement, observations);
    if (isLive) await askLive(statement.question, folder);
    recorded = true;
  } catch (error) {
    tell(error);
    // What the nodes held when connections did not behave as stated: for whoever looks for the reason.
    if (process.env['LAB_KEEP_LOGS'] !== undefined)
      await writeRecording(lab, `${folder}.unproved`, statementOf(lab, fault), []);
  }
  let healed = false;
  try {
    await fault.heal(lab);
    await untilHealthy(lab);
    healed = true;
  } catch (error) {
    tell(error);
  }
  return { recorded, healed, ...(said.length === 0 ? {} : { why: said.join('; ') }) };
}

/** The name of a fault's recording: mode, the older kube-proxy if it ran, `ipv6` or `dual` in a lab that is not of IPv4 alone, fault. */
export function recordingName(lab: Lab, fault: Fault): string {
  const older = lab.shape.olderKubeProxy
    ? `-${versions.olderKubeProxy.split('.').slice(0, 2).join('.')}`
    : '';
  const family = lab.shape.family === 'ipv4' ? '' : `-${lab.shape.family}`;
  return `${lab.shape.mode}${older}${family}-${fault.name}`;
}

function statementOf(lab: Lab, fault: Fault): Statement {
  const words = fault.words === undefined ? '' : ` ${fault.words}`;
  return {
    title: recordingName(lab, fault),
    text: fault.text,
    question: `svc/${fault.service} -n ${fault.namespace ?? 'shop'}${words}`,
    verdicts: fault.verdicts,
    causes: fault.causes,
    nodes: fault.nodes ?? [],
  };
}

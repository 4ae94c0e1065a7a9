import { get } from '../cluster/api.ts';
import type { Lab } from '../cluster/lab.ts';
import { hostPort } from '../cluster/layout.ts';
import { slow } from '../machine/run.ts';
import { clientName } from '../cluster/workload.ts';
import { probe, type Observation, type ProbeOptions, type Target, type Vantage } from './probe.ts';

/** What to connect to: a Service, also by name, also from its own pods, also further targets. */
export interface Question {
  readonly namespace: string;
  readonly service: string;
  /** Also look the name up from the client pods. */
  readonly byName: boolean;
  /** Also connect from the Service's own pods (`app=SERVICE`), to see hairpin. */
  readonly fromItself: boolean;
  /** More targets for every pod and node, e.g. a wrong port. */
  readonly extra: readonly Target[];
  readonly options: ProbeOptions;
}

interface ServiceView {
  readonly spec: {
    readonly type?: string;
    readonly clusterIP?: string;
    readonly clusterIPs?: readonly string[];
    readonly externalIPs?: readonly string[];
    readonly ports?: readonly {
      readonly port: number;
      readonly protocol: string;
      readonly nodePort?: number;
    }[];
  };
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string }[] } };
}

/** The client pod on a node, as a vantage. */
export function podOn(node: string): Vantage {
  return { kind: 'pod', namespace: 'shop', name: clientName(node), label: `pod on ${node}` };
}

/** Connects to a Service from a pod on each node, from each node, and, where it has a NodePort or a load balancer, from outside. */
export async function observe(lab: Lab, question: Question): Promise<Observation[]> {
  const { namespace, service, options } = question;
  const found = (await get('v1', 'Service', namespace, service)) as unknown as ServiceView | undefined;
  const spec = found?.spec ?? {};
  const ports = spec.ports ?? [];
  const many = ports.length > 1;
  const inside: Target[] = [...question.extra];
  const outside: Target[] = [];
  for (const p of ports) {
    const kind = p.protocol.toLowerCase();
    const suffix = many ? `:${p.port}/${kind}` : '';
    for (const address of spec.clusterIPs ?? [spec.clusterIP ?? 'None']) {
      if (address === 'None' || address === '') continue;
      const isSecond = address !== spec.clusterIP;
      inside.push({
        address: `${kind}/${hostPort(address, p.port)}`,
        label: `${service}${suffix}${isSecond ? ` at [${address}]` : ''}`,
      });
    }
    if (p.nodePort !== undefined) {
      for (const n of lab.nodes) {
        outside.push({
          address: `${kind}/${hostPort(n.address, p.nodePort)}`,
          label: `${n.name}:${p.nodePort}`,
        });
      }
    }
    for (const ingress of found?.status?.loadBalancer?.ingress ?? []) {
      if (ingress.ip === undefined) continue;
      outside.push({
        address: `${kind}/${hostPort(ingress.ip, p.port)}`,
        label: `${ingress.ip}:${p.port} (by way of node-a)`,
      });
    }
  }
  const names = question.byName
    ? [
        {
          address: `${lab.shape.family === 'ipv6' ? 'dns6' : 'dns'}/${service}.${namespace}`,
          label: `name ${service}.${namespace}`,
        },
      ]
    : [];
  const dnsOptions = { ...options, tries: Math.min(options.tries, 4), timeoutMs: 2500 };
  const runs: (() => Promise<Observation[]>)[] = [];
  for (const n of lab.nodes) {
    runs.push(() => probe(lab, podOn(n.name), inside, options));
    runs.push(() => probe(lab, { kind: 'node', name: n.name, label: n.name }, inside, options));
    runs.push(() => probe(lab, podOn(n.name), names, dnsOptions));
  }
  if (question.fromItself) {
    for (const pod of await lab.pods(namespace, `app=${service}`)) {
      const label = `${pod.name} (on ${pod.node})`;
      runs.push(() => probe(lab, { kind: 'pod', namespace, name: pod.name, label }, inside, options));
    }
  }
  runs.push(() => probe(lab, { kind: 'outside', label: 'outside' }, outside, options));
  // An emulated machine has no time for all of them at once: connections would time out for want of a processor.
  if (slow === 1) return (await Promise.all(runs.map((r) => r()))).flat();
  const observations: Observation[] = [];
  for (const oneRun of runs) observations.push(...(await oneRun()));
  return observations;
}

const errorWords =
  /^(refused|timeout|no-route-to-host|network-unreachable|reset|prohibited|not-permitted|no-answer|empty-answer|nxdomain|servfail|dns.*)$/u;

/** True for an answer that is an error, not a server's name or an address. */
export function isError(answer: string): boolean {
  return errorWords.test(answer) || answer.includes(' ');
}

/** The share of tries that failed, 0 to 1. */
export function failedShare(observation: Observation): number {
  const entries = Object.entries(observation.answers);
  const all = entries.reduce((sum, [, n]) => sum + n, 0);
  const bad = entries.reduce((sum, [answer, n]) => sum + (isError(answer) ? n : 0), 0);
  return all === 0 ? 1 : bad / all;
}

/** One observation as a line: who, what, and who answered or the error, most frequent first. */
export function describeObservation(observation: Observation): string {
  const answers = Object.entries(observation.answers).sort(([, a], [, b]) => b - a);
  return `${observation.from} -> ${observation.to}: ${answers.map(([a, n]) => `${a} ${n}`).join(', ')}`;
}

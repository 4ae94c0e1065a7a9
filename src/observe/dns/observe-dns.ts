import { expandName } from '../../dns/expand-name.ts';
import { kubernetesZones, parseCorefile } from '../../dns/parse-corefile.ts';
import { type ResolvConf, clusterDomainOf, parseResolvConf } from '../../dns/parse-resolv-conf.ts';
import { reverseName } from '../../dns/reverse-name.ts';
import { parseIp } from '../../model/address.ts';
import { type Source, textOf } from '../../snapshot/snapshot.ts';
import type { Collected } from '../collected.ts';
import type { Patience } from '../kubernetes/cluster-access.ts';
import type { ShellAccess } from '../shell/share-execs.ts';
import { listed } from '../kubernetes/listed.ts';
import type { LiveSubject } from '../kubernetes/readings-of.ts';
import { type PodObject, isRunning } from '../node/node-pods.ts';
import { type DnsReplica, collectDns } from './collect-dns.ts';
import { insidePoints } from './inside-points.ts';

/** A Service as the API has it; only what DNS needs. */
interface ServiceObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly clusterIP?: string;
    readonly clusterIPs?: readonly string[];
    readonly ipFamilies?: readonly string[];
    readonly selector?: Readonly<Record<string, string>>;
    readonly ports?: readonly {
      readonly port: number;
      readonly protocol?: string;
      readonly targetPort?: number | string;
    }[];
  };
}

interface ConfigMapObject {
  readonly metadata: ServiceObject['metadata'];
  readonly data?: Readonly<Record<string, string>>;
}

/** A server that has not answered by then is silent. */
const DNS_TIMEOUT_MS = 5000;

/** The domain of most clusters. */
export const DEFAULT_DOMAIN = 'cluster.local';

/**
 * Asks the cluster's DNS for `kubernetes.default`, which tells whether it works at all, and for the names of the question, as the client
 * would say them: by its resolv.conf, where that was read.
 */
export async function observeDns(
  access: ShellAccess,
  objects: readonly Source[],
  resolvConf: Source | undefined,
  subject: LiveSubject,
  patience: Patience,
): Promise<Collected> {
  const pods = listed<PodObject>(objects, 'pods');
  const services = listed<ServiceObject>(objects, 'services');
  const service = services.find(
    ({ metadata }) => metadata.labels?.['k8s-app'] === 'kube-dns' && metadata.name !== 'kube-dns-upstream',
  );
  const config = resolvConf && parseResolvConf(textOf(resolvConf));
  const zone = (config && clusterDomainOf(config)) ?? zoneServed(objects);
  return await collectDns(access, {
    questions: questionsOf(subject, services, { zone, config, firstType: firstTypeOf(service) }),
    replicas: replicasOf(service, pods),
    servers: [...new Set([...(config?.nameservers ?? []), ...addressesOf(service)])],
    inside: insidePoints(pods, subject.clientPod),
    ...patience,
    timeoutMs: Math.min(patience.timeoutMs, DNS_TIMEOUT_MS),
  });
}

function questionsOf(
  { namespace, service, lookUp }: LiveSubject,
  services: readonly ServiceObject[],
  { zone, config, firstType }: { zone: string; config: ResolvConf | undefined; firstType: string },
): { name: string; type: string }[] {
  const first = { name: `kubernetes.default.svc.${zone}`, type: firstType };
  if (lookUp !== undefined) {
    const address = parseIp(lookUp);
    if (address !== undefined) return [first, { name: reverseName(address), type: 'PTR' }];
    const own = namespace ?? 'default';
    const searched = config ?? {
      nameservers: [],
      search: [`${own}.svc.${zone}`, `svc.${zone}`, zone],
      ndots: 5,
    };
    const types = lookUp.startsWith('_') ? ['SRV'] : ['A', 'AAAA'];
    return unique([
      first,
      ...expandName(lookUp, searched).flatMap((name) => types.map((type) => ({ name, type }))),
    ]);
  }
  if (service === undefined) return [first];
  const object = services.find(
    ({ metadata }) => metadata.namespace === namespace && metadata.name === service,
  );
  const families = object?.spec.ipFamilies ?? ['IPv4'];
  const types = families.map((family) => (family === 'IPv6' ? 'AAAA' : 'A'));
  return unique([first, ...types.map((type) => ({ name: `${service}.${namespace}.svc.${zone}`, type }))]);
}

/** The Service `kubernetes` has an address of the cluster's first family alone, as the DNS Service's first address is. */
function firstTypeOf(dns: ServiceObject | undefined): string {
  return typeof parseIp(dns?.spec.clusterIP ?? '') === 'bigint' ? 'AAAA' : 'A';
}

function unique(questions: readonly { name: string; type: string }[]): { name: string; type: string }[] {
  return [...new Map(questions.map((question) => [`${question.name} ${question.type}`, question])).values()];
}

/** The zone that the Corefile serves, else the one that most clusters have. */
export function zoneServed(objects: readonly Source[]): string {
  const corefiles = listed<ConfigMapObject>(objects, 'configmaps').flatMap(
    ({ data }) => data?.['Corefile'] ?? [],
  );
  const [zone] = kubernetesZones(parseCorefile(corefiles[0] ?? ''));
  return zone === undefined || zone === '.' ? DEFAULT_DOMAIN : zone;
}

function addressesOf(service: ServiceObject | undefined): string[] {
  const all = [...(service?.spec.clusterIPs ?? []), service?.spec.clusterIP];
  return [...new Set(all)].filter((address): address is string => parseIp(address ?? '') !== undefined);
}

/** The pods behind the DNS Service that run, ready or not. */
function replicasOf(service: ServiceObject | undefined, pods: readonly PodObject[]): DnsReplica[] {
  const selector = Object.entries(service?.spec.selector ?? {});
  if (service === undefined || selector.length === 0) return [];
  const target = service.spec.ports?.find(
    ({ port, protocol }) => port === 53 && protocol === 'TCP',
  )?.targetPort;
  return pods
    .filter(
      ({ metadata }) =>
        metadata.namespace === service.metadata.namespace &&
        selector.every(([key, value]) => metadata.labels?.[key] === value),
    )
    .filter(isRunning)
    .map(({ metadata, spec, status }) => ({
      namespace: metadata.namespace,
      pod: metadata.name,
      address: status?.podIP ?? metadata.name,
      port: portOf(target, spec),
    }));
}

function portOf(target: number | string | undefined, { containers }: PodObject['spec']): number {
  if (typeof target === 'number') return target;
  const named = containers.flatMap(({ ports = [] }) => ports).find(({ name }) => name === target);
  return target === undefined ? 53 : (named?.containerPort ?? 53);
}

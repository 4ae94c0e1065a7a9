import { parseIp } from '../../model/address.ts';
import type { Evidence } from '../../model/evidence.ts';
import type { Service } from '../../world/kubernetes/objects.ts';
import type { World } from '../../world/world.ts';
import { readClusterDns } from '../../world/read-cluster-dns.ts';
import { type Check, defineCheck } from '../check.ts';

/** An ExternalName is no name that can be resolved. */
export const externalName: Check = defineCheck({
  id: 'dns/external-name',
  asserts: 'an ExternalName is a name that can be resolved',
  faults: ['D21', 'D11'],
  needs: ['service', 'services'],
  *run({ world, subject: { service, isOneOfMany = false } }) {
    if (service?.spec.type !== 'ExternalName') return;
    const target = (service.spec.externalName ?? '').replace(/\.$/, '');
    const problem =
      problemOf(target) ??
      shortName(target, service.metadata.namespace, world.services) ??
      missingService(
        target,
        readClusterDns(world).searched.domain,
        world.services.map(({ metadata }) => `${metadata.name}.${metadata.namespace}`),
      );
    const { namespace, name } = service.metadata;
    const failure = problem === undefined ? upstreamFailure(world, target) : undefined;
    if (failure !== undefined) {
      yield {
        severity: 'error',
        subject: `Service ${namespace}/${name}`,
        faults: ['D11', 'D21'],
        share: [1, 1],
        summary: `CoreDNS gets no answer for ${target}, the externalName of ${namespace}/${name}: its upstream server does not answer`,
        evidence: [failure],
        remedy: {
          text: 'let CoreDNS reach the servers that its Corefile forwards to, or name others',
          commands: [`kubectl -n kube-system logs -l k8s-app=kube-dns --tail=20`],
        },
      };
      return;
    }
    if (problem === undefined) {
      if (isOneOfMany || isInCluster(target, readClusterDns(world).searched.domain)) return;
      yield {
        severity: 'warning',
        subject: `Service ${namespace}/${name}`,
        share: [0, 1],
        summary: `whether ${target} resolves was not asked, and nothing else decides whether ${namespace}/${name} works`,
        evidence: [{ ...world.locate(service, 'spec.externalName'), text: `externalName: ${target}` }],
        remedy: {
          text: 'ask for the name from a pod',
          commands: [`kubectl -n ${namespace} run dns --rm -it --image=busybox -- nslookup ${target}`],
        },
      };
      return;
    }
    yield {
      severity: 'error',
      subject: `Service ${namespace}/${name}`,
      share: [1, 1],
      summary: `externalName "${target}" ${problem}`,
      evidence: [{ ...world.locate(service, 'spec.externalName'), text: `externalName: ${target}` }],
      remedy: {
        text: 'name a host that resolves; for an address use a Service without selector and an EndpointSlice',
        commands: [`kubectl -n ${namespace} edit service ${name}`],
      },
    };
  },
});

function problemOf(target: string): string | undefined {
  if (target === '') return 'is empty';
  if (parseIp(target) !== undefined) return 'is an address, and a CNAME record can only hold a name';
  if (/:\d+$/.test(target)) return 'has a port, which a name cannot have';
  if (/[/_\s]/.test(target)) return 'is no host name';
  return undefined;
}

/** A CNAME holds a whole name: no search list completes it. */
function shortName(target: string, namespace: string, services: readonly Service[]): string | undefined {
  const [service, inNamespace = namespace, svc = 'svc', ...more] = target.split('.');
  const isOwn =
    more.length === 0 &&
    svc === 'svc' &&
    services.some(({ metadata }) => metadata.name === service && metadata.namespace === inNamespace);
  return isOwn
    ? 'is the short name of a Service, and no search list completes the target of a CNAME'
    : undefined;
}

/** The last line in which CoreDNS says that nobody answers its question for `target`. */
function upstreamFailure({ podLogs }: World, target: string): Evidence | undefined {
  const wanted = ` ${target.toLowerCase()}. `;
  for (const { source, text } of podLogs.values()) {
    const lines = text.split('\n');
    const index = lines.findLastIndex(
      (line) => line.includes('plugin/errors') && line.toLowerCase().includes(wanted) && NO_ANSWER.test(line),
    );
    if (index >= 0)
      return { source, location: `line ${index + 1}`, text: (lines[index] ?? '').slice(0, 300) };
  }
  return undefined;
}

/** *Source:* coredns plugin/errors, plugin/forward. */
const NO_ANSWER = /i\/o timeout|connection refused|no route to host|network is unreachable|no healthy/;

/** A name inside the cluster must be a Service that exists. */
function missingService(target: string, domain: string, names: readonly string[]): string | undefined {
  const suffix = `.svc.${domain}`;
  if (!target.endsWith(suffix)) return undefined;
  const service = target.slice(0, -suffix.length).split('.').slice(-2).join('.');
  return names.includes(service) ? undefined : `names a Service that does not exist`;
}

/** A Service of this cluster: whether it exists is seen without asking. */
function isInCluster(target: string, domain: string): boolean {
  return target.endsWith(`.svc.${domain}`);
}

import { parseIp } from '../../model/address.ts';
import { readClusterDns } from '../../world/read-cluster-dns.ts';
import { type Check, defineCheck } from '../check.ts';

/** An ExternalName is no name that can be resolved. */
export const externalName: Check = defineCheck({
  id: 'dns/external-name',
  asserts: 'an ExternalName is a name that can be resolved',
  faults: ['D21'],
  needs: ['service', 'services'],
  *run({ world, subject: { service, isOneOfMany = false } }) {
    if (service?.spec.type !== 'ExternalName') return;
    const target = (service.spec.externalName ?? '').replace(/\.$/, '');
    const problem =
      problemOf(target) ??
      missingService(
        target,
        readClusterDns(world).searched.domain,
        world.services.map(({ metadata }) => `${metadata.name}.${metadata.namespace}`),
      );
    const { namespace, name } = service.metadata;
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

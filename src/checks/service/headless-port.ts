import { slicesOf } from '../../intent/service-index.ts';
import type { Service } from '../../world/kubernetes/objects.ts';
import type { World } from '../../world/world.ts';
import { type Check, defineCheck } from '../check.ts';

/** A headless Service has no address that could translate: clients reach the pods, and only on their own port. */
export const headlessPort: Check = defineCheck({
  id: 'service/headless-port',
  asserts: 'the port of a headless Service is the port that its pods listen on',
  faults: ['S10'],
  needs: ['service', 'endpointSlices'],
  *run({ world, subject: { service, isOneOfMany = false } }) {
    if (service?.spec.clusterIP !== 'None' || !hasReady(world, service)) return;
    const isByTheWay = isOneOfMany || isMeant(world, service);
    for (const [index, { port, targetPort }] of (service.spec.ports ?? []).entries()) {
      if (typeof targetPort !== 'number' || targetPort === port) continue;
      const { namespace, name } = service.metadata;
      yield {
        severity: isByTheWay ? 'info' : 'error',
        subject: `Service ${namespace}/${name}`,
        share: isByTheWay ? [0, 0] : [0, 1],
        summary: `${namespace}/${name} is headless (clusterIP None), so nothing leads from port ${port} to ${targetPort}: clients that connect to ${port} of the pods are refused`,
        evidence: [
          { ...world.locate(service, 'spec.clusterIP'), text: 'clusterIP: None' },
          {
            ...world.locate(service, `spec.ports[${index}]`),
            text: `port: ${port}, targetPort: ${targetPort}`,
          },
        ],
        remedy: {
          text: `connect to ${targetPort}, or create the Service anew with a ClusterIP (the field cannot be changed)`,
          commands: [`kubectl -n ${namespace} get service ${name} -o yaml`],
        },
      };
    }
  },
});

/** Its name says so, or it names the pods of a StatefulSet: clients know the pods' own port. */
function isMeant({ workloads }: World, { metadata: { namespace, name } }: Service): boolean {
  return (
    /headless|-h[ls]$/i.test(name) ||
    workloads.some(({ metadata, spec }) => metadata.namespace === namespace && spec.serviceName === name)
  );
}

/** Without endpoints the name has no address, and no port matters. */
function hasReady(world: World, service: Service): boolean {
  return slicesOf(world, service).some(({ endpoints }) =>
    endpoints.some(({ conditions }) => conditions?.ready !== false),
  );
}

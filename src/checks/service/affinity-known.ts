import { type Check, defineCheck } from '../check.ts';

/** ClientIP affinity and a source that is replaced: everybody who comes through one node goes to one endpoint. */
export const affinityKnown: Check = defineCheck({
  id: 'service/affinity-known',
  asserts: 'affinity by client address does not meet a source that is replaced',
  faults: ['S12'],
  needs: ['service'],
  *run({ world, subject: { service } }) {
    if (service?.spec.sessionAffinity !== 'ClientIP') return;
    const isExternal =
      service.spec.type === 'NodePort' ||
      service.spec.type === 'LoadBalancer' ||
      (service.spec.externalIPs ?? []).length > 0;
    if (!isExternal || service.spec.externalTrafficPolicy === 'Local') return;
    const { namespace, name } = service.metadata;
    yield {
      severity: 'info',
      subject: `Service ${namespace}/${name}`,
      summary: `${namespace}/${name} keeps clients by their address, and clients behind one translation are one client to it`,
      evidence: [{ ...world.locate(service, 'spec.sessionAffinity'), text: 'sessionAffinity: ClientIP' }],
    };
  },
});

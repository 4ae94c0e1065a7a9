import { type Check, defineCheck } from '../check.ts';

/** A load balancer was asked for and no address was given. */
export const addressAssigned: Check = defineCheck({
  id: 'external/address-assigned',
  asserts: 'a Service of type LoadBalancer has an address',
  faults: ['X01'],
  needs: ['service'],
  *run({ world, subject: { service } }) {
    if (service?.spec.type !== 'LoadBalancer' || (service.status?.loadBalancer?.ingress ?? []).length > 0)
      return;
    const { namespace, name } = service.metadata;
    const event = world.events.findLast(
      ({ involvedObject }) =>
        involvedObject?.kind === 'Service' &&
        involvedObject.name === name &&
        involvedObject.namespace === namespace,
    );
    yield {
      severity: 'error',
      subject: `Service ${namespace}/${name}`,
      share: [0, 0],
      summary: `${namespace}/${name} is of type LoadBalancer and has no external address: no controller has given one${event?.message ? ` (${event.message.slice(0, 160)})` : ''}`,
      evidence: [{ ...world.locate(service, 'status.loadBalancer'), text: 'status.loadBalancer is empty' }],
      remedy: {
        text: 'install or mend the load balancer controller, or see what its quota and annotations say',
        commands: [`kubectl -n ${namespace} describe service ${name}`],
      },
    };
  },
});

import { type Check, defineCheck } from '../check.ts';

/** The health check port of the Service is a NodePort of another one, so load balancers ask the wrong thing. */
export const healthPortFree: Check = defineCheck({
  id: 'service/health-port-free',
  asserts: 'the health check port is no other Service’s NodePort',
  faults: ['S15'],
  needs: ['service', 'services'],
  *run({ world, subject: { service } }) {
    const port = service?.spec.healthCheckNodePort;
    if (!service || !port) return;
    const other = world.services.find(
      (each) =>
        each !== service &&
        (each.spec.healthCheckNodePort === port ||
          each.spec.ports?.some(({ nodePort }) => nodePort === port) === true),
    );
    if (!other) return;
    const { namespace, name } = service.metadata;
    yield {
      severity: 'warning',
      subject: `Service ${namespace}/${name}`,
      summary: `healthCheckNodePort ${port} of ${namespace}/${name} is taken by ${other.metadata.namespace}/${other.metadata.name}`,
      evidence: [service, other].map((each) => ({ ...world.locate(each, 'spec'), text: `port ${port}` })),
      remedy: {
        text: 'create one of them anew, so that it gets another port',
        commands: [`kubectl -n ${namespace} get service ${name} -o yaml`],
      },
    };
  },
});

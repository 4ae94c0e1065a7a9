import type { Container } from '../../world/kubernetes/objects.ts';
import { type Check, defineCheck } from '../check.ts';
import { clientPod } from '../client-pod.ts';

/** The client's programs send requests to an HTTP proxy, those for Services too. */
export const clientsDirect: Check = defineCheck({
  id: 'service/clients-direct',
  asserts: 'the client’s programs ask the Service itself, not an HTTP proxy',
  faults: ['P08'],
  needs: ['service', 'pods'],
  *run({ world, subject: { service, from } }) {
    const pod = clientPod(world, from);
    const container = pod?.spec.containers.find(sendsAll);
    if (!service || !pod || !container) return;
    const { namespace, name } = pod.metadata;
    const names = variablesOf(container).filter((variable) => /proxy/i.test(variable));
    yield {
      severity: 'warning',
      subject: `Pod ${namespace}/${name}`,
      share: [0, 0],
      summary: `container ${container.name} of ${namespace}/${name} has ${names.join(', ')} and no no_proxy: programs that heed it send requests for Services to that proxy, which knows none of them`,
      evidence: [{ ...world.locate(pod, 'spec.containers'), text: `env ${names.join(', ')}` }],
      remedy: {
        text: 'set NO_PROXY and no_proxy to the cluster’s domain, short names and ranges, e.g. .svc,.cluster.local,10.96.0.0/12 and the range of pods',
        commands: [`kubectl -n ${namespace} exec ${name} -c ${container.name} -- env`],
      },
    };
  },
});

/** A container with a proxy for HTTP, and nothing that may hold an exception. */
function sendsAll(container: Container): boolean {
  const names = variablesOf(container);
  return (
    names.some((name) => /^(http|all)_proxy$/i.test(name)) &&
    !names.some((name) => /^no_proxy$/i.test(name)) &&
    (container.envFrom ?? []).length === 0
  );
}

function variablesOf({ env = [] }: Container): string[] {
  return env.map(({ name }) => name);
}

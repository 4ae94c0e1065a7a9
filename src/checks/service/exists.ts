import { nearestName } from '../../model/nearest-name.ts';
import { routeBackends } from '../../world/route-backends.ts';
import { type Check, defineCheck } from '../check.ts';

/** There is no Service of this name in this namespace. */
export const serviceExists: Check = defineCheck({
  id: 'service/exists',
  asserts: 'the Service exists in the namespace that is asked',
  faults: ['D01', 'D02'],
  needs: ['services'],
  *run({ world, subject }) {
    if (subject.service) return;
    const { namespace, name } = subject;
    const elsewhere = world.services
      .filter(({ metadata }) => metadata.name === name)
      .map(({ metadata }) => metadata.namespace);
    const names = world.services
      .filter(({ metadata }) => metadata.namespace === namespace)
      .map(({ metadata }) => metadata.name);
    const near = nearestName(name, names);
    const hint =
      elsewhere.length > 0
        ? `${name} exists in ${elsewhere.join(', ')}`
        : near !== undefined
          ? `did you mean ${near}?`
          : `${namespace} has ${names.length === 0 ? 'no Service' : names.join(', ')}`;
    yield {
      severity: 'error',
      subject: `Service ${namespace}/${name}`,
      faults: elsewhere.length > 0 ? ['D02', 'D01'] : ['D01', 'D02'],
      summary: `there is no Service ${name} in ${namespace}: ${hint}`,
      evidence: routeBackends(world)
        .filter(({ service }) => service === `${namespace}/${name}`)
        .map(({ object, path }) => ({
          ...world.locate(object, path),
          text: `${object.kind} ${object.metadata.namespace}/${object.metadata.name} leads to it`,
        })),
      share: [1, 1],
      remedy: {
        text:
          elsewhere.length > 0
            ? `ask for ${name}.${elsewhere[0]}, the name with its namespace`
            : 'create it, or use the right name',
        commands: [`kubectl get services -n ${elsewhere[0] ?? namespace}`],
      },
    };
  },
});

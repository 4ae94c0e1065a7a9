import { slicesOf } from '../../intent/service-index.ts';
import { type Check, defineCheck } from '../check.ts';

/** A headless Service has no ready endpoint, so its name has no address. */
export const headlessAnswer: Check = defineCheck({
  id: 'dns/headless-answer',
  asserts: 'the name of a headless Service has addresses',
  faults: ['D19', 'D20'],
  explains: ['endpoints/ready'],
  needs: ['service', 'endpointSlices'],
  *run({ world, subject: { service } }) {
    if (service?.spec.clusterIP !== 'None') return;
    const slices = slicesOf(world, service);
    const ready = slices.some(({ endpoints }) =>
      endpoints.some(({ conditions }) => conditions?.ready !== false),
    );
    if (ready) return;
    const { namespace, name } = service.metadata;
    const waiting = slices.flatMap(({ endpoints }) => endpoints).length;
    yield {
      severity: 'error',
      subject: `Service ${namespace}/${name}`,
      faults: ['D19'],
      share: [1, 1],
      summary: `the name of headless ${namespace}/${name} has no address: ${waiting === 0 ? 'it has no endpoint' : `none of its ${waiting} endpoints is ready`}`,
      evidence: [
        {
          ...world.locate(service, 'spec'),
          text: `clusterIP None, publishNotReadyAddresses ${service.spec.publishNotReadyAddresses ?? false}`,
        },
      ],
      remedy: {
        text: 'bring a pod to ready, or publish addresses before that (publishNotReadyAddresses) where peers need them to start',
        commands: [`kubectl -n ${namespace} get endpointslices -l kubernetes.io/service-name=${name}`],
      },
    };
  },
});

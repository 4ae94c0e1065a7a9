import { type Check, defineCheck } from '../check.ts';

/** The Service is being deleted and waits for its finalizers. */
export const notTerminating: Check = defineCheck({
  id: 'service/not-terminating',
  asserts: 'the Service is not being deleted',
  faults: ['S17'],
  needs: ['service'],
  *run({ world, subject: { service } }) {
    const {
      deletionTimestamp,
      finalizers = [],
      namespace,
      name,
    } = service?.metadata ?? { namespace: '', name: '' };
    if (!service || deletionTimestamp === undefined) return;
    yield {
      severity: 'warning',
      subject: `Service ${namespace}/${name}`,
      summary: `${namespace}/${name} is being deleted since ${deletionTimestamp} and waits for ${finalizers.join(', ') || 'the API server'}`,
      evidence: [
        {
          ...world.locate(service, 'metadata.deletionTimestamp'),
          text: `deletionTimestamp: ${deletionTimestamp}`,
        },
      ],
      remedy: {
        text: 'see why the controller behind the finalizer does not finish',
        commands: [`kubectl -n ${namespace} describe service ${name}`],
      },
    };
  },
});

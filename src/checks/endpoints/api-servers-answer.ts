import { type Check, defineCheck } from '../check.ts';
import { isApi } from '../is-api.ts';
import { silentEndpoints } from '../silent-endpoints.ts';

/** Packets reach what `default/kubernetes` names, and no API server answers there. */
export const apiServersAnswer: Check = defineCheck({
  id: 'endpoints/api-servers-answer',
  asserts: 'API servers answer at the addresses that they advertise',
  faults: ['O02'],
  needs: ['verifications', 'endpointSlices', 'conntrack'],
  *run({ world, subject, verifications }) {
    const silent = isApi(subject) ? silentEndpoints(world, verifications) : undefined;
    if (!silent) return;
    yield {
      severity: 'error',
      subject: 'Service default/kubernetes',
      share: silent.share,
      summary: `packets reach ${silent.text}, which ${silent.endpoints.length === 1 ? 'has' : 'have'} answered none: no API server is there`,
      evidence: silent.evidence,
      remedy: {
        text: 'let each API server advertise an address that nodes and pods reach (--advertise-address)',
        commands: ['kubectl -n default get endpointslices -l kubernetes.io/service-name=kubernetes'],
      },
    };
  },
});

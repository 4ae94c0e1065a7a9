import { clientText } from '../../verify/group-discrepancies.ts';
import { type Check, defineCheck } from '../check.ts';
import { withServiceFollowed } from '../follow-objects.ts';

/** The list of allowed sources leaves clients out: they get silence, as the API asks for. */
export const sourceRanges: Check = defineCheck({
  id: 'external/source-ranges',
  asserts: 'loadBalancerSourceRanges lets the clients in that ask',
  faults: ['X04'],
  needs: ['service', 'verifications'],
  *run({ world, subject, verifications }) {
    const { service } = subject;
    const denied = verifications.filter(
      ({ expectation }) => expectation.deniedBy === 'loadBalancerSourceRanges',
    );
    if (!service || denied.length === 0) return;
    const { namespace, name } = service.metadata;
    const ranges = (service.spec.loadBalancerSourceRanges ?? []).join(', ');
    const isAsked = subject.from?.isExternal === true;
    const { loadBalancerSourceRanges: _ranges, ...spec } = service.spec;
    yield {
      severity: isAsked ? 'error' : 'info',
      subject: `Service ${namespace}/${name}`,
      share: isAsked ? [0, 1] : [0, 0],
      vantage: [...new Set(denied.map(({ expectation }) => clientText(expectation.vantage)))].join(', '),
      summary: `loadBalancerSourceRanges of ${namespace}/${name} lets in ${ranges} only: other clients of its load balancer address get no answer`,
      evidence: [
        {
          ...world.locate(service, 'spec.loadBalancerSourceRanges'),
          text: `loadBalancerSourceRanges: ${ranges}`,
        },
      ],
      remedy: {
        text: 'add the clients’ range (as the nodes see it, after any translation on the way)',
        commands: [`kubectl -n ${namespace} edit service ${name}`],
      },
      repair: (before) => withServiceFollowed(before, { ...service, spec }),
    };
  },
});

import type { ProxyExplanation } from '../kubeproxy/explain-proxy.ts';
import type { DiscrepancyGroup } from '../verify/group-discrepancies.ts';
import type { Verification } from '../verify/discrepancy.ts';
import type { World } from '../world/world.ts';

/**
 * Where Endpoints were read in place of EndpointSlices, an endpoint that every node sends to stands in a slice that Endpoints do not show (one made by hand)
 * rather than in old rules of all nodes. Undefined where slices were read, or a node does not send there.
 */
export function unreadSlice(
  { discrepancies }: DiscrepancyGroup,
  world: World,
  verifications: readonly Verification[],
): ProxyExplanation | undefined {
  if (world.coverage.get('endpointslices')?.derivedFrom === undefined) return undefined;
  const addresses = new Set(discrepancies.flatMap(({ endpoint }) => endpoint?.address ?? []));
  const nodes = new Set(verifications.map(({ expectation }) => expectation.vantage.node));
  const sending = new Set(
    verifications
      .flatMap((each) => each.discrepancies)
      .filter(
        ({ kind, endpoint }) => kind === 'endpoint-stale' && endpoint && addresses.has(endpoint.address),
      )
      .map(({ node }) => node),
  );
  if (nodes.size < 2 || [...nodes].some((node) => !sending.has(node))) return undefined;
  const [namespace = '', name = ''] = discrepancies[0]?.expectation.frontend.service.split('/') ?? [];
  return {
    faults: ['E09', 'K05', 'R08'],
    why: 'all nodes do, and an EndpointSlice that was not read may name it',
    evidence: [],
    remedy: {
      text: 'look for an EndpointSlice that names it, and delete it if it is left over',
      commands: [`kubectl -n ${namespace} get endpointslices -l kubernetes.io/service-name=${name}`],
    },
  };
}

import type { RuleReference } from '../../dataplane/walk/trace.ts';
import { formatAddressPort, parseIp } from '../../model/address.ts';
import type { Gap } from '../../model/evidence.ts';
import type { DiscrepancyKind } from '../../verify/discrepancy.ts';
import { clientText, frontendText } from '../../verify/group-discrepancies.ts';
import { meshesOf } from '../../world/mesh-of.ts';
import type { DiagnosisInput } from '../diagnosis-input.ts';
import { eachOnce } from './gaps.ts';
import { leadsOutside } from './is-blind.ts';

/** Told once of all of them. */
const NAMES_OUTSIDE: Gap = {
  what: 'names outside the cluster that ExternalNames lead to',
  why: 'they were not asked for',
  unlock: 'ask each from a pod: nslookup NAME',
};

/** What was not seen of the subject, each once: by single checks, and on the walk. */
export function gapsOfSubject(input: DiagnosisInput): Gap[] {
  const { results, verifications, subject } = input;
  const gaps: Gap[] = [];
  if (subject.isOneOfMany === true && leadsOutside(input)) gaps.push(NAMES_OUTSIDE);
  for (const result of results) if (result.status === 'unknown') gaps.push(...result.gaps);
  gaps.push(
    ...gapsOfLag(verifications),
    ...gapsOfMesh(input),
    ...gapsOfExternalIps(input),
    ...gapsOfLoadBalancer(input),
  );
  for (const { discrepancies } of verifications) {
    for (const { kind, expectation, node, unknowns, summary } of discrepancies) {
      if (kind !== 'cannot-tell') continue;
      const [first] = unknowns;
      const client = clientText(expectation.vantage);
      // What was not read of a node is the same for every Service.
      const isOfNode = subject.isOneOfMany === true && first?.rule === undefined;
      gaps.push(
        first?.gap ??
          unreadSet(input.world, first?.rule) ?? {
            what: isOfNode ? client : `${client} to ${frontendText(expectation.frontend)}`,
            why: first?.text ?? summary,
            // A rule that was read and still leaves it open asks for what no dump holds.
            unlock:
              first?.rule === undefined
                ? `read the rules, routes and links of ${node}`
                : 'ask without --from, on the running cluster: connections are tried',
            node,
          },
      );
    }
  }
  return eachOnce(gaps);
}

/** In the pods of a mesh a proxy takes every connection first; what it is set to is in no object or dump that is read. */
function gapsOfMesh({ world, verifications }: DiagnosisInput): Gap[] {
  const meshes = meshesOf(world);
  if (meshes.size === 0) return [];
  // Many clients are promised the very same list.
  const lists = new Set(verifications.map(({ expectation }) => expectation.endpoints));
  const found = [...lists].flat().flatMap(({ pod = '' }) => meshes.get(pod) ?? []);
  return [...new Set(found)].map((mesh) => ({
    what: `what the proxies of ${mesh} in the endpoints’ pods do`,
    why: 'they take every connection first, and may serve only clients that have one as well',
    unlock: 'ask with --http PATH, on the running cluster',
  }));
}

/** Kubernetes leads nobody to an external IP: the network has to, to a node that has it or to any. */
function gapsOfExternalIps({ world, subject: { service } }: DiagnosisInput): Gap[] {
  return (service?.spec.externalIPs ?? []).flatMap((text): Gap[] => {
    const address = parseIp(text);
    return address === undefined || world.network.placeOf(address) !== undefined
      ? []
      : [
          {
            what: `whether the network leads ${text} to a node`,
            why: 'no node has this external IP, and routes outside the nodes are not read',
            unlock: `traceroute -n ${text}   # from a client`,
          },
        ];
  });
}

/** What stands in front of the nodes is no object or dump. Where a connection through it stood, it lets some in. */
function gapsOfLoadBalancer({ world, subject: { service } }: DiagnosisInput): Gap[] {
  if (service?.spec.type !== 'LoadBalancer') return [];
  const ingress = (service.status?.loadBalancer?.ingress ?? []).flatMap(
    ({ ip, hostname }) => ip ?? hostname ?? [],
  );
  const isOutside = ingress.some((text) => {
    const address = parseIp(text);
    return address === undefined || world.network.placeOf(address) === undefined;
  });
  const isReached = world.probes.some(
    ({ from, address, results }) =>
      from.kind === 'machine' && ingress.includes(address) && (results.connected ?? 0) > 0,
  );
  if (!isOutside || isReached) return [];
  return [
    {
      what: 'the load balancer in front of the nodes',
      why: 'its health checks, its idle timeout, and whether a node reaches itself through it are set outside the cluster',
      unlock: 'see there which nodes it takes for healthy; connect from a client outside',
    },
  ];
}

/** Nodes whose rules are a moment behind the objects: whether they follow, another look tells. */
function gapsOfLag(verifications: DiagnosisInput['verifications']): Gap[] {
  const late = verifications.flatMap(({ discrepancies }) => discrepancies).filter(({ isLag }) => isLag);
  return [...new Set(late.map(({ node }) => node))].map((node) => {
    const own = late.filter((each) => each.node === node);
    const textsOf = (kind: DiscrepancyKind): string =>
      [
        ...new Set(
          own.flatMap(({ kind: is, endpoint }) =>
            is === kind && endpoint ? [formatAddressPort(endpoint.address, endpoint.port)] : [],
          ),
        ),
      ].join(', ');
    const still = textsOf('endpoint-stale');
    const notYet = textsOf('endpoint-missing');
    const what = [still && `still lead to ${still}`, notYet && `do not lead to ${notYet} yet`].filter(
      Boolean,
    );
    return {
      what: `whether ${node} follows the last change of the Service`,
      why: `its rules ${what.length > 0 ? what.join(' and ') : 'are not those of the change yet'}, and kube-proxy had no time to write them since: connections may fail meanwhile`,
      unlock: 'ask again in a minute',
      node,
    };
  });
}

/** The set of addresses that `rule` asks and no source of its node holds; undefined where it asks none, or all were read. */
function unreadSet(
  { nodeStates }: DiagnosisInput['world'],
  rule: RuleReference | undefined,
): Gap | undefined {
  if (rule === undefined) return undefined;
  const known = nodeStates.get(rule.node)?.ipsets;
  const names = [...rule.rule.matchAll(/--match-set (\S+)/g)].map(([, name = '']) => name);
  const unread = names.filter((name) => known?.has(name) !== true);
  return unread.length === 0
    ? undefined
    : {
        what: `ipset ${unread.join(', ')}`,
        why: 'rules ask it, and it was not read',
        unlock: `ipset save   # on ${rule.node}`,
        node: rule.node,
      };
}

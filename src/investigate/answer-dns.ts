import type { DnsAnswer, DnsServerAnswer, DnsTry } from '../diagnosis/dns-answer.ts';
import type { ExpectedAnswer, RecordType } from '../dns/answer.ts';
import { compareAnswer } from '../dns/compare-answer.ts';
import { expandName } from '../dns/expand-name.ts';
import { type ZoneContents, expectAnswer } from '../dns/expect-answer.ts';
import { reverseName } from '../dns/reverse-name.ts';
import { parseIp } from '../model/address.ts';
import type { Gap } from '../model/evidence.ts';
import type { DnsObservation } from '../model/observation.ts';
import { UserError } from '../model/user-error.ts';
import { knowsServices, whyNodeResolver } from '../world/node-resolver.ts';
import { readClusterDns } from '../world/read-cluster-dns.ts';
import { type Resolver, resolverOf } from '../world/resolver-of.ts';
import type { World } from '../world/world.ts';
import { zoneContentsOf } from '../world/zone-contents.ts';
import type { DnsQuestion } from './questions.ts';
import { needPod } from './subject-of.ts';

/** What `name` should answer to a client, what servers answered, and what the Corefile does with it. */
export function answerDns(world: World, { name, namespace, pod: podName }: DnsQuestion): DnsAnswer {
  if (podName !== undefined) needPod(world, podName);
  const pod = world.pods.find(({ metadata }) => `${metadata.namespace}/${metadata.name}` === podName);
  const client = podName === undefined ? `a pod in ${namespace}` : `pod ${podName}`;
  const why = pod && whyNodeResolver(pod);
  const resolver = resolverOf(world, namespace, pod);
  if (resolver === undefined)
    throw new UserError(
      `${client} ${why ?? ''}, so it uses the resolver of its node, which was not read`,
      `names of Services resolve with dnsPolicy ${pod?.spec.hostNetwork ? 'ClusterFirstWithHostNet' : 'ClusterFirst'}; for the node’s resolver add the output of kubectl -n ${namespace} exec ${pod?.metadata.name ?? 'POD'} -- cat /etc/resolv.conf as pods/${(podName ?? 'NAMESPACE/POD').replace('/', '_')}/resolv.conf`,
    );
  const contents = zoneContentsOf(world, readClusterDns(world).searched.domain);
  const tries = triesOf(world, contents, resolver, name);
  const notChecked = gapsOf(world, tries);
  const judged = judge(name, tries, notChecked);
  const { nameservers } = resolver.resolv;
  const isForeign =
    nameservers.length > 0 &&
    readClusterDns(world).service !== undefined &&
    tries.some(({ expected: { by, records } }) => by === 'cluster' && records.length > 0) &&
    !knowsServices(world, nameservers);
  return {
    ...judged,
    ...(isForeign
      ? {
          verdict: 'broken' as const,
          headline: `${judged.headline} by the cluster’s DNS, but ${client} asks ${nameservers.join(', ')}${why === undefined ? '' : `: it ${why}`}`,
        }
      : {}),
    name,
    client,
    resolver: { ...resolver.resolv, because: resolver.because },
    tries,
    corefile: corefileLines(
      world,
      tries.map((each) => each.name),
    ),
    notChecked,
  };
}

function triesOf(world: World, contents: ZoneContents, { resolv }: Resolver, name: string): DnsTry[] {
  const address = parseIp(name);
  const names = address === undefined ? expandName(name, resolv) : [reverseName(address)];
  // The client stops at the first name that has records.
  const first = names.findIndex((each) =>
    typesOf(contents, each, address !== undefined).some(
      (type) => expectAnswer(contents, each, type).records.length > 0,
    ),
  );
  return names.slice(0, first < 0 ? names.length : first + 1).flatMap((each) =>
    typesOf(contents, each, address !== undefined).map((type): DnsTry => {
      const expected = expectAnswer(contents, each, type);
      const answers = world.dnsAnswers
        .filter((observation) => observation.name === each && observation.type === type)
        .map((observation) => serverAnswer(observation, expected));
      return {
        name: each,
        type,
        expected: { ...expected, records: expected.records.map(({ data }) => data) },
        answers,
      };
    }),
  );
}

/** Addresses, by family where the name has one; names of ports and addresses have their own kind of record. */
function typesOf(contents: ZoneContents, name: string, isAddress: boolean): RecordType[] {
  if (isAddress) return ['PTR'];
  if (name.startsWith('_')) return ['SRV'];
  const has = (type: RecordType): boolean =>
    expectAnswer(contents, name, type).records.some((record) => record.type === type);
  return has('AAAA') ? (has('A') ? ['A', 'AAAA'] : ['AAAA']) : ['A'];
}

function serverAnswer(observation: DnsObservation, expected: ExpectedAnswer): DnsServerAnswer {
  const { server, protocol, from, outcome, rcode, records = [], latencyMs } = observation;
  const problem = compareAnswer(expected, observation);
  const place = { machine: 'this machine', pod: `pod ${from.pod}`, node: `node ${from.node}` }[from.kind];
  return {
    server: server.pod === undefined ? server.address : `${server.address} (${server.pod})`,
    protocol,
    from: `${place} by ${from.via}`,
    outcome,
    records: records.map(({ data }) => data),
    ...(rcode === undefined ? {} : { rcode }),
    ...(latencyMs === undefined ? {} : { latencyMs }),
    ...(problem === undefined ? {} : { problem }),
  };
}

function judge(
  name: string,
  tries: readonly DnsTry[],
  gaps: readonly Gap[],
): Pick<DnsAnswer, 'verdict' | 'headline'> {
  const found = tries.find(({ expected }) => expected.records.length > 0);
  // Servers outside the cluster know no name of a single word.
  const open = tries.find(({ expected, name: tried }) => expected.by === 'upstream' && tried.includes('.'));
  // A question that could not be put says nothing of the server.
  const answers = tries.flatMap((each) => each.answers).filter(({ outcome }) => outcome !== 'failed');
  const wrong = answers.filter(({ problem }) => problem !== undefined);
  const said = found
    ? `${found.name} is ${found.expected.records.join(', ')} (${found.expected.because})`
    : open
      ? `${name} is no name of the cluster; ${open.name} is for the servers outside it`
      : `${name} does not exist: ${tries[0]?.expected.because ?? 'no name is tried'}`;
  if (gaps.some(({ what }) => what !== NOT_ASKED)) return { verdict: 'unknown', headline: said };
  if (!found && !open) return { verdict: 'broken', headline: said };
  const [first] = wrong;
  if (first)
    return {
      verdict: wrong.length === answers.length ? 'broken' : 'degraded',
      headline: `${said}, but ${first.server} ${first.problem}`,
    };
  return { verdict: answers.length > 0 ? 'healthy' : 'unknown', headline: said };
}

const NOT_ASKED = 'the answers of DNS servers';

function gapsOf({ coverage, gaps, namespaces }: World, tries: readonly DnsTry[]): Gap[] {
  const own: Gap[] = [];
  for (const kind of ['services', 'endpointslices'] as const) {
    const read = coverage.get(kind);
    const asked = tries.flatMap(({ name }) => /([^.]+)\.svc\./.exec(name)?.[1] ?? []);
    // A namespace that is not there holds nothing to be read.
    const isRead = (namespace: string): boolean =>
      read?.namespaces?.includes(namespace) === true ||
      (coverage.get('namespaces')?.isComplete === true &&
        !namespaces.some(({ metadata }) => metadata.name === namespace));
    if (read === undefined || !(read.isComplete || asked.every(isRead)))
      own.push({ what: kind, why: 'not all were read', unlock: `kubectl get ${kind} -A -o json` });
  }
  if (tries.every(({ answers }) => answers.length === 0))
    own.push({
      what: NOT_ASKED,
      why: gaps.find(({ what }) => what === NOT_ASKED)?.why ?? 'they were not asked',
      unlock: 'ask without --from, on the running cluster',
    });
  return own;
}

/** The server block that takes each name, and its plugins that answer. */
function corefileLines(world: World, names: readonly string[]): string[] {
  const { corefile } = readClusterDns(world);
  if (!corefile) return [];
  const lines = names.map((name) => {
    const blocks = corefile.parsed.blocks
      .filter(({ port }) => port === 53)
      .map((block) => ({
        block,
        zone: block.zones
          .filter((zone) => zone === '.' || name === zone || name.endsWith(`.${zone}`))
          .sort((a, b) => b.length - a.length)[0],
      }))
      .filter(({ zone }) => zone !== undefined)
      .sort((a, b) => (b.zone?.length ?? 0) - (a.zone?.length ?? 0));
    const [taken] = blocks;
    if (!taken) return `no server block takes ${name}`;
    const answering = taken.block.plugins
      .filter((plugin) => ANSWERING.has(plugin.name))
      .map((plugin) => [plugin.name, ...plugin.arguments].join(' '));
    return `Corefile line ${taken.block.line}, ${taken.zone}: ${answering.join('; ') || 'no plugin answers'}`;
  });
  return [...new Set(lines)];
}

const ANSWERING = new Set([
  'kubernetes',
  'forward',
  'hosts',
  'template',
  'rewrite',
  'file',
  'cache',
  'k8s_external',
  'import',
]);

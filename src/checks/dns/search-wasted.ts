import { readClusterDns } from '../../world/read-cluster-dns.ts';
import { type Check, defineCheck } from '../check.ts';

/** A question that CoreDNS logged with its answer. *Source:* coredns plugin/log, format `common`. */
const QUESTION = /"(?:A|AAAA) IN (\S+?)\. (?:udp|tcp) .*?" ([A-Z]+) /;

/** Fewer questions show no habit. */
const LEAST = 50;

/** Most questions are for names outside the cluster with a domain of the cluster behind them, which none has: each lookup costs several questions. */
export const searchWasted: Check = defineCheck({
  id: 'dns/search-wasted',
  asserts: 'most names that clients ask for exist as they ask first',
  faults: ['D13'],
  needs: ['pods', 'services'],
  isClusterWide: true,
  *run({ world }) {
    const { service, pods, searched } = readClusterDns(world);
    if (!service) return;
    const services = new Set(world.services.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`));
    const told = pods.flatMap(({ metadata: { namespace, name } }) => {
      const log = world.podLogs.get(`${namespace}/${name}`);
      const asked = (log?.text.split('\n') ?? []).flatMap((text, index) => {
        const [, question = '', rcode = ''] = QUESTION.exec(text) ?? [];
        return question === '' ? [] : [{ question, rcode, text, line: index + 1 }];
      });
      const wasted = asked.filter(
        ({ question, rcode }) => rcode === 'NXDOMAIN' && isOutsideName(question, searched.domain, services),
      );
      return log && asked.length > 0 ? [{ name, source: log.source, asked, wasted }] : [];
    });
    const all = told.reduce((sum, { asked }) => sum + asked.length, 0);
    const wasted = told.reduce((sum, each) => sum + each.wasted.length, 0);
    if (all < LEAST || wasted * 2 < all) return;
    yield {
      severity: 'info',
      subject: `Service ${service.metadata.namespace}/${service.metadata.name}`,
      share: [0, 0],
      summary: `${wasted} of ${all} questions to the DNS servers were for names outside with a domain of the cluster behind them, which none has: clients try their search list first (ndots:5), and each such name costs several questions`,
      evidence: told.flatMap(({ source, wasted: [first] }) =>
        first ? [{ source, location: `line ${first.line}`, text: first.text.slice(0, 300) }] : [],
      ),
      remedy: {
        text: 'write names outside with a dot at their end, lower ndots (dnsConfig of the clients), or let CoreDNS answer at once (plugin autopath)',
        commands: [],
      },
    };
  },
});

/** Whether `name` is one with dots of its own before a search domain (`example.com.shop.svc.cluster.local`), and no pod of a headless Service. */
function isOutsideName(name: string, domain: string, services: ReadonlySet<string>): boolean {
  const suffix = `.${domain}`;
  if (!name.toLowerCase().endsWith(suffix)) return false;
  const labels = name.toLowerCase().slice(0, -suffix.length).split('.');
  const [kind, namespace, service] = labels.toReversed();
  if (kind !== 'svc') return kind !== 'pod' && labels.length > 1;
  return labels.length > 3 && !services.has(`${namespace}/${service}`);
}

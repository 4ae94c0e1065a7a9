import { readClusterDns } from '../../world/read-cluster-dns.ts';
import { type Check, defineCheck } from '../check.ts';

/** The Corefile cannot be read to its end, or answers Service names by other plugins. */
export const corefileSound: Check = defineCheck({
  id: 'dns/corefile-sound',
  asserts: 'the Corefile is complete and no other plugin answers for Services',
  faults: ['D10'],
  needs: ['coreDns'],
  *run({ world, subject }) {
    const { corefile, searched } = readClusterDns(world);
    if (!corefile) return;
    const { configMap, parsed } = corefile;
    const base = {
      subject: `ConfigMap ${configMap.metadata.namespace}/${configMap.metadata.name}`,
      remedy: {
        text: 'mend the Corefile',
        commands: [`kubectl -n ${configMap.metadata.namespace} edit configmap ${configMap.metadata.name}`],
      },
    };
    if (parsed.problem !== undefined) {
      yield {
        ...base,
        severity: 'error',
        share: [0, 1],
        summary: `the Corefile is broken: ${parsed.problem}; CoreDNS keeps its last one or does not start`,
        evidence: [{ ...world.locate(configMap, 'data.Corefile'), text: parsed.problem }],
      };
      return;
    }
    const name = `${subject.name}.${subject.namespace}.svc.${searched.domain}`;
    for (const { plugins } of parsed.blocks) {
      for (const { name: plugin, arguments: words, body, line } of plugins) {
        if (!['template', 'rewrite', 'hosts'].includes(plugin)) continue;
        if (!concerns(plugin, words, body, name)) continue;
        yield {
          ...base,
          severity: 'error',
          share: [1, 1],
          summary: `plugin ${plugin} in the Corefile answers or changes ${name}`,
          evidence: [
            {
              ...world.locate(configMap, 'data.Corefile'),
              text: `Corefile line ${line}: ${plugin} ${words.join(' ')}`,
            },
          ],
        };
      }
    }
  },
});

/**
 * Whether a plugin that runs before `kubernetes` has to do with `name`: it names it, or is a template for a zone that holds it
 * and no pattern that leaves it out. *Source:* coredns plugin.cfg (order), plugin/template.
 */
function concerns(plugin: string, words: readonly string[], body: readonly string[], name: string): boolean {
  if ([words.join(' '), ...body].join('\n').includes(name)) return true;
  if (plugin !== 'template') return false;
  const patterns = body.filter((line) => line.startsWith('match ')).map((line) => line.slice(6));
  const isInZone = words.slice(2).some((zone) => name.endsWith(`.${zone.toLowerCase().replace(/\.$/, '')}`));
  return isInZone && patterns.length === 0;
}

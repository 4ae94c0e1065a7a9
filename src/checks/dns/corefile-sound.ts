import { findDetour } from '../../dns/find-detour.ts';
import type { ConfigMap } from '../../world/kubernetes/objects.ts';
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
    const { configMap, parsed, ports } = corefile;
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
    const { service, namespace, name } = subject;
    const detour = findDetour(parsed, ports, {
      service: name,
      namespace,
      domain: searched.domain,
      addresses: service?.spec.clusterIPs ?? [service?.spec.clusterIP ?? ''],
    });
    if (detour === undefined) return;
    yield {
      ...base,
      severity: 'error',
      share: [1, 1],
      summary: `${name}.${namespace}.svc.${searched.domain} ${detour.what} (plugin ${detour.plugin} of the Corefile)`,
      evidence: [
        {
          ...world.locate(configMap, 'data.Corefile'),
          text: `Corefile line ${detour.line}: ${lineOf(configMap, detour.line)}`,
        },
      ],
    };
  },
});

function lineOf({ data }: ConfigMap, line: number): string {
  return data?.['Corefile']?.split('\n')[line - 1]?.trim() ?? '';
}

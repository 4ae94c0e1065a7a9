import { flagsOf } from '../container-flags.ts';
import type { Pod } from '../kubernetes/objects.ts';
import type { WrittenConfig } from './read-config.ts';

/**
 * What the kube-proxy of `pod` is configured with on its command line, as AKS, GKE and RKE2 do; undefined where it is told to read a file, where the pod does not say what it
 * runs, and where a word of it is filled in at run time. *Source:* kubernetes v1.37 cmd/kube-proxy/app/options.go, which heeds no other flag beside `--config` but the
 * host's name.
 */
export function readFlags(pod: Pod): WrittenConfig | undefined {
  const words = pod.spec.containers.map(wordsOf).find((all) => all.some((word) => NAME.test(word)));
  if (words === undefined) return undefined;
  const own = words.slice(words.findIndex((word) => NAME.test(word)) + 1);
  // Only the flags themselves may hold what the shell or kubelet fills in.
  if (own.some((word) => word.startsWith('$'))) return undefined;
  const flags = flagsOf(own);
  if (flags.has('config') || flags.has('cleanup')) return undefined;
  const told = (name: string): string | undefined => {
    const value = flags.get(name);
    return value === undefined || value.includes('$') ? undefined : value;
  };
  // What decides whose source is replaced and was not told in plain words leaves all open.
  if (DECIDING.some((name) => flags.has(name) && told(name) === undefined)) return undefined;
  const list = (name: string): string[] => (told(name) ?? '').split(',').filter(Boolean);
  const periods = (of: 'iptables' | 'ipvs') => ({
    syncPeriod: told(`${of}-sync-period`) ?? '',
    minSyncPeriod: told(`${of}-min-sync-period`) ?? '',
  });
  const bit = told('iptables-masquerade-bit');
  const backend = {
    masqueradeAll: told('masquerade-all') === 'true',
    masqueradeBit: bit === undefined ? null : Number(bit),
    ...periods('iptables'),
  };
  return {
    mode: told('proxy-mode') ?? '',
    hostnameOverride: told('hostname-override') ?? '',
    clusterCIDR: told('cluster-cidr') ?? '',
    detectLocalMode: told('detect-local-mode') ?? '',
    detectLocal: {
      bridgeInterface: told('pod-bridge-interface') ?? '',
      interfaceNamePrefix: told('pod-interface-name-prefix') ?? '',
    },
    nodePortAddresses: list('nodeport-addresses'),
    iptables: { ...backend, localhostNodePorts: told('iptables-localhost-nodeports') !== 'false' },
    nftables: backend,
    ipvs: {
      scheduler: told('ipvs-scheduler') ?? '',
      strictARP: told('ipvs-strict-arp') === 'true',
      excludeCIDRs: list('ipvs-exclude-cidrs'),
      ...periods('ipvs'),
    },
    featureGates: Object.fromEntries(
      list('feature-gates').map((gate) => {
        const [name = '', value] = gate.split('=');
        return [name, value === 'true'];
      }),
    ),
  };
}

const NAME = /^(.*\/)?kube-proxy$/;

/** Flags by which kube-proxy tells pods of the node from others, or masquerades all. */
const DECIDING = ['cluster-cidr', 'detect-local-mode', 'masquerade-all', 'proxy-mode'];

/** Command and arguments in single words: a shell is given them in one. */
function wordsOf({ command = [], args = [] }: Pod['spec']['containers'][number]): string[] {
  return [...command, ...args].flatMap((text) => text.trim().split(/\s+/));
}

import { describe, expect, it } from 'vitest';
import { investigateService } from '../src/investigate.ts';
import { type Changes, changedRecording } from './changed-recording.ts';

// kube-proxy gave way to Cilium: its pods are gone, and so are its IPv4 rules. What it left for IPv6 says nothing of IPv4.

const cilium: Changes = [
  [
    /pods\.json/,
    (text) =>
      text
        .replaceAll('"k8s-app": "kube-proxy"', '"k8s-app": "cilium"')
        .replaceAll('"kube-proxy-', '"cilium-'),
  ],
  [/\/iptables-save/, (text) => text.replaceAll(/^.*KUBE-.*\n/gm, '')],
  [/\/(nft-ruleset|kube-proxy)/, () => undefined],
];

it('does not miss the rules of a kube-proxy that another program replaces', async () => {
  const snapshot = await changedRecording('iptables-healthy', cilium);
  const left = snapshot.sources.filter(({ path }) => path.endsWith('ip6tables-save.txt'));
  expect(left.some(({ bytes }) => new TextDecoder().decode(bytes).includes('KUBE-SERVICES'))).toBe(true);
  const { verdict, causes, notChecked } = investigateService(snapshot, { namespace: 'shop', name: 'web' });
  expect({ verdict, causes }).toEqual({ verdict: 'unknown', causes: [] });
  expect(notChecked.map(({ why }) => why)).toContainEqual(
    expect.stringMatching(/Cilium serves Services on node-a instead of kube-proxy/),
  );
});

const configured = (replacement: string): Changes => [
  [
    /configmaps\.json/,
    (text) => {
      const list = JSON.parse(text) as { items: object[] };
      const own = { name: 'cilium-config', namespace: 'kube-system' };
      list.items.push({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: own,
        data: { 'kube-proxy-replacement': replacement },
      });
      return JSON.stringify(list);
    },
  ],
];
const agents: Changes = [
  [
    /pods\.json/,
    (text) =>
      text
        .replaceAll('"k8s-app": "kube-proxy"', '"k8s-app": "cilium"')
        .replaceAll('"kube-proxy-', '"cilium-'),
  ],
];
const silent: Changes = [[/\/kube-proxy/, () => undefined]];

describe('rules of kube-proxy on nodes where Cilium runs', () => {
  const ask = async (...changes: Changes[]): Promise<unknown> => {
    const snapshot = await changedRecording('iptables-healthy', changes.flat());
    const { verdict, causes, notChecked, checklist } = investigateService(snapshot, {
      namespace: 'shop',
      name: 'web',
    });
    const isOpen = notChecked.some(({ why }) => /Cilium serves Services on/.test(why));
    const rules = checklist.find(({ area }) => area === 'Rules')?.status;
    return [verdict, causes.length, isOpen, rules];
  };
  const open = ['unknown', 0, true, 'unknown'];
  const served = ['healthy', 0, false, 'ok'];

  it('are left over where it is set to replace kube-proxy, whether or not that still runs', async () => {
    expect(await ask(agents, silent, configured('true'))).toEqual(open);
    expect(await ask(agents, configured('strict'))).toEqual(open);
  });

  it('are left over where nothing was heard of a kube-proxy', async () => {
    expect(await ask(agents, silent)).toEqual(open);
  });

  it('serve where Cilium leaves that to kube-proxy, or a kube-proxy without a pod answers', async () => {
    expect(await ask(agents, silent, configured('false'))).toEqual(served);
    expect(await ask(agents)).toEqual(served);
  });
});

const withInterface = (name: string): Changes => [
  [
    /ip-addr/,
    (text) =>
      `${text}90: ${name}: <BROADCAST,NOARP,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default qlen 1000\n    link/ether ee:ee:ee:ee:ee:ee brd ff:ff:ff:ff:ff:ff\n`,
  ],
];

describe('programs that translate without netfilter, by their interfaces', () => {
  const ask = async (name: string): Promise<unknown> => {
    const snapshot = await changedRecording('iptables-healthy', withInterface(name));
    const { verdict, notChecked } = investigateService(snapshot, { namespace: 'shop', name: 'web' });
    const own = notChecked.map(({ what }) => what).filter((what) => /eBPF|Open vSwitch/.test(what));
    return [verdict, ...new Set(own.map((what) => what.replace(/ on node-.$/, '')))];
  };

  it('stand for kube-proxy, or may come before it', async () => {
    expect(await ask('bpfin.cali')).toEqual(['unknown', 'what Calico (eBPF) does']);
    expect(await ask('cilium_host')).toEqual([
      'healthy',
      'what Cilium (eBPF) does with packets that pods send to Services',
    ]);
  });
});

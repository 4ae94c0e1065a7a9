import { expect, it } from 'vitest';
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

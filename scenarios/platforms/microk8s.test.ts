import { expect, it } from 'vitest';
import { investigateService } from '../../src/investigate.ts';
import { type Change, type Changes, changedRecording } from '../changed-recording.ts';

// MicroK8s runs kube-proxy in one process with the kubelet: no pod, no ConfigMap, no DaemonSet.

interface List {
  items: { metadata: { name: string; labels?: Record<string, string> } }[];
}

const withoutProxy: Change = (text) => {
  const list = JSON.parse(text) as List;
  return JSON.stringify({
    ...list,
    items: list.items.filter(({ metadata }) => !metadata.name.startsWith('kube-proxy')),
  });
};

/** *Source:* microk8s.io/docs/configuring-services, canonical/microk8s microk8s-resources/wrappers. */
const microk8s: Changes = [
  [/cluster\/(pods|configmaps|daemonsets)/, withoutProxy],
  [/nodes\/.*kube-proxy/, () => undefined],
  [
    /cluster\/nodes/,
    (text) => {
      const list = JSON.parse(text) as List;
      for (const { metadata } of list.items)
        metadata.labels = { ...metadata.labels, 'microk8s.io/cluster': 'true' };
      return JSON.stringify(list);
    },
  ],
];

const ask = async (more: Changes = []) =>
  investigateService(await changedRecording('iptables-healthy', [...microk8s, ...more]), {
    namespace: 'shop',
    name: 'web',
  });

it('is healthy', async () => {
  const { verdict, causes } = await ask();
  expect([verdict, causes]).toEqual(['healthy', []]);
});

it('is told to restart the process that kube-proxy is part of', async () => {
  const { causes } = await ask([
    [
      /node-b\/(iptables-save|nft-ruleset)/,
      (text) =>
        text.replaceAll(/^.*KUBE-SERVICES .*10\.96\.175\.50.*\n|^.*ip daddr 10\.96\.175\.50 .*\n/gm, ''),
    ],
  ]);
  expect(causes[0]).toMatchObject({
    check: 'rules/frontend-missing',
    remedy: { commands: ['systemctl restart snap.microk8s.daemon-kubelite   # on node-b'] },
  });
});

import { expect, it } from 'vitest';
import { investigateService } from '../../src/investigate.ts';
import { type Change, changedRecording } from '../changed-recording.ts';

// kube-proxy as AKS, GKE and RKE2 run it: configured on its command line, without a ConfigMap of its own, and nobody answers for its settings.

const gone: Change = () => undefined;
const withFlags =
  (range: string): Change =>
  (text) =>
    text
      .replaceAll(
        '"--config=/var/lib/kube-proxy/config.conf"',
        `"--cluster-cidr=${range}", "--kubeconfig=/k"`,
      )
      .replaceAll('"--hostname-override=$(NODE_NAME)"', '"--v=2"');
const withoutConfig: Change = (text) =>
  text.replaceAll('"config.conf"', '"other.conf"').replaceAll('KubeProxyConfiguration', 'Other');

const ask = async (range: string) => {
  const snapshot = await changedRecording('iptables-healthy', [
    [/cluster\/pods/, withFlags(range)],
    [/cluster\/configmaps/, withoutConfig],
    [/kube-proxy-configz/, gone],
  ]);
  const { verdict, findings } = investigateService(snapshot, { namespace: 'shop', name: 'web' });
  return [verdict, findings.map(({ check }) => check)];
};

it('is judged by its flags', async () => {
  expect(await ask('10.244.0.0/16')).toEqual(['healthy', []]);
  const [, checks] = await ask('10.0.0.0/30');
  expect(checks).toContain('rules/masquerade');
});

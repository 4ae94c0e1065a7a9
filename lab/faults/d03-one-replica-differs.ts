import { apply, remove } from '../cluster/api.ts';
import type { ApiObject } from '../cluster/api.ts';
import { corednsConfigMap, corednsObjects, corefile } from '../cluster/coredns.ts';
import type { Layout } from '../cluster/layout.ts';
import { everyMode, type Fault } from './fault.ts';

/** CoreDNS under another name, with a Corefile of another cluster domain, and the label of the first. */
function otherDns(layout: Layout): readonly [configMap: ApiObject, deployment: ApiObject] {
  const configMap = corednsConfigMap(corefile.replace('cluster.local', 'example.internal'));
  const deployment = corednsObjects(layout).find(({ kind }) => kind === 'Deployment');
  const text = JSON.stringify({ ...deployment, metadata: { name: 'coredns-old', namespace: 'kube-system' } })
    .replace('"configMap":{"name":"coredns"', '"configMap":{"name":"coredns-old"')
    .replace('"replicas":2', '"replicas":1')
    .replace('"matchLabels":{"k8s-app":"kube-dns"}', '"matchLabels":{"k8s-app":"kube-dns","of":"old"}')
    .replace(
      '"metadata":{"labels":{"k8s-app":"kube-dns"}',
      '"metadata":{"labels":{"k8s-app":"kube-dns","of":"old"}',
    );
  return [
    { ...configMap, metadata: { ...configMap.metadata, name: 'coredns-old' } },
    JSON.parse(text) as ApiObject,
  ];
}

/** One of three DNS pods belongs to another Deployment, which serves another cluster domain. */
export const oneReplicaDiffers: Fault = {
  name: 'd03-one-replica-differs',
  causes: ['D03', 'D10'],
  modes: everyMode,
  text: 'A second CoreDNS Deployment with the label of the first serves `example.internal`: a third of all lookups is answered NXDOMAIN.',
  service: 'web',
  verdicts: ['degraded'],
  ask: { options: { tries: 6, timeoutMs: 1000 } },
  shows: [
    { from: /^pod/u, to: /^name/u, expect: 'partly', any: true },
    { from: /^pod/u, to: /^web$/u, expect: 'works' },
  ],
  plant: async (lab) => {
    await apply(otherDns(lab.layout));
    await lab.untilPodsReady(60_000);
  },
  heal: async (lab) => {
    for (const object of otherDns(lab.layout)) await remove(object);
    await lab.untilPodsReady(60_000);
  },
};

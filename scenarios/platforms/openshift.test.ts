import { expect, it } from 'vitest';
import { investigateService } from '../../src/investigate.ts';
import { type Change, type Changes, changedRecording } from '../changed-recording.ts';
import { addRules, numberOf } from './add-rules.ts';
import { routedPods } from './routed-pods.ts';
import { webPolicy } from './web-policy.ts';

// Nodes of OpenShift before 4.15: pods are ports of Open vSwitch, kube-proxy is part of the plugin, which enforces NetworkPolicies in the switch; images have no names but digests.

interface Pods {
  readonly items: {
    readonly metadata: { name: string; namespace: string };
    readonly spec: { containers: object[] };
  }[];
}

const asSdn: Change = (text) => {
  const list = JSON.parse(text) as Pods;
  for (const { metadata, spec } of list.items) {
    if (!metadata.name.startsWith('kube-proxy')) continue;
    Object.assign(metadata, {
      name: metadata.name.replace('kube-proxy', 'sdn'),
      namespace: 'openshift-sdn',
      labels: { app: 'sdn' },
    });
    spec.containers = [{ name: 'sdn', image: 'quay.io/openshift-release-dev/ocp-v4.0-art-dev@sha256:0123' }];
  }
  return JSON.stringify(list);
};

/** *Source:* openshift/sdn pkg/network/node/iptables.go, ovscontroller.go. */
const openshiftSdn: Changes = [
  ...routedPods({ prefix: 'unused', scope: 'link', isBetweenNodes: false }),
  // Its ConfigMap stands for that of the plugin, which is written alike.
  [/kube-proxy/, () => undefined],
  [/daemonsets/, (text) => text.replaceAll('kube-proxy', 'sdn').replaceAll('kube-system', 'openshift-sdn')],
  [/cluster\/pods/, asSdn],
  [
    /ip-route/,
    (text, path) =>
      `10.244.0.0/16 dev tun0 scope link \n10.96.0.0/16 dev tun0 \nlocal 10.244.${numberOf(path)}.1 dev tun0 table local proto kernel scope host src 10.244.${numberOf(path)}.1 \n${text.replaceAll(/^.*unused.*\n/gm, '')}`,
  ],
  [
    /ip-addr/,
    (text, path) =>
      `${text}9: ovs-system: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN group default qlen 1000\n10: tun0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UNKNOWN group default qlen 1000\n    inet 10.244.${numberOf(path)}.1/24 scope global tun0\n`,
  ],
  [
    /\/iptables-save/,
    addRules('filter', {
      first: `
        -A INPUT -m comment --comment "firewall overrides" -j OPENSHIFT-FIREWALL-ALLOW
        -A FORWARD -m comment --comment "firewall overrides" -j OPENSHIFT-FIREWALL-FORWARD
        -A OPENSHIFT-FIREWALL-ALLOW -p udp -m udp --dport 4789 -m comment --comment "VXLAN incoming" -j ACCEPT
        -A OPENSHIFT-FIREWALL-ALLOW -i tun0 -m comment --comment "from SDN to localhost" -j ACCEPT
        -A OPENSHIFT-FIREWALL-FORWARD -s 10.244.0.0/16 -m comment --comment "attempted resend after connection close" -m conntrack --ctstate INVALID -j DROP
        -A OPENSHIFT-FIREWALL-FORWARD -d 10.244.0.0/16 -m comment --comment "forward traffic from SDN" -j ACCEPT
        -A OPENSHIFT-FIREWALL-FORWARD -s 10.244.0.0/16 -m comment --comment "forward traffic to SDN" -j ACCEPT`,
    }),
  ],
  [
    /\/iptables-save/,
    addRules('nat', {
      last: `
        -A POSTROUTING -m comment --comment "rules for masquerading OpenShift traffic" -j OPENSHIFT-MASQUERADE
        -A OPENSHIFT-MASQUERADE -m mark --mark 0x1/0x1 -m comment --comment "RETURN marked" -j RETURN
        -A OPENSHIFT-MASQUERADE -s 10.244.0.0/16 -m comment --comment "masquerade pod-to-service and pod-to-external traffic" -j OPENSHIFT-MASQUERADE-2
        -A OPENSHIFT-MASQUERADE-2 -d 10.244.0.0/16 -m comment --comment "masquerade pod-to-external traffic" -j RETURN
        -A OPENSHIFT-MASQUERADE-2 -j MASQUERADE`,
    }),
  ],
];

const ask = async (name: string, more: Changes = []) => {
  const snapshot = await changedRecording('iptables-healthy', [...openshiftSdn, ...more]);
  const { verdict, causes } = investigateService(snapshot, { namespace: 'shop', name });
  return [verdict, ...causes.map(({ check }) => check)];
};

it.each(['web', 'web-np', 'web-lb', 'solo', 'echo'])('serves %s', async (name) => {
  expect(await ask(name)).toEqual(['healthy']);
});

it('enforces policies out of sight', async () => {
  const others = { from: [{ podSelector: { matchLabels: { role: 'nobody' } } }] };
  expect(await ask('web', webPolicy(others))).toEqual(['degraded', 'policy/ingress-admits']);
  expect(await ask('web', webPolicy({}))).toEqual(['healthy']);
});

it('misses an entry on a node', async () => {
  const gone: Changes = [
    [/node-b\/iptables-save/, (text) => text.replace(/^.*-A KUBE-SERVICES -d 10\.96\.175\.50\/32 .*\n/m, '')],
  ];
  expect(await ask('web', gone)).toEqual(['degraded', 'rules/frontend-missing']);
});

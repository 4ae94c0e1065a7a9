import { expect, test } from 'vitest';
import { ownerOf } from './rule-owner.ts';

test.each([
  ['nat', 'KUBE-SVC-XPGD46QRK7WJZT7O', 'kube-proxy'],
  ['kube-proxy', 'services', 'kube-proxy'],
  ['filter', 'KUBE-FIREWALL', 'kubelet'],
  ['filter', 'KUBE-ROUTER-FORWARD', 'kube-router'],
  ['filter', 'KUBE-NWPLCY-DEFAULT', 'kube-router'],
  ['filter', 'cali-FORWARD', 'Calico'],
  ['filter', 'CILIUM_FORWARD', 'Cilium'],
  ['filter', 'AZURE-NPM-INGRESS', 'Azure NPM'],
  ['filter', 'FLANNEL-FWD', 'flannel'],
  ['filter', 'WEAVE-NPC', 'Weave Net'],
  ['filter', 'DOCKER-USER', 'Docker'],
  ['filter', 'DOCKER', 'Docker'],
  ['firewalld', 'filter_FORWARD', 'firewalld'],
  ['filter', 'FORWARD_IN_ZONES', 'firewalld'],
  ['filter', 'IN_public_deny', 'firewalld'],
  ['filter', 'ufw-before-forward', 'ufw'],
  ['nat', 'ISTIO_REDIRECT', 'Istio'],
  ['filter', 'ts-forward', 'Tailscale'],
  ['netbird', 'netbird-rt-fwd', 'NetBird'],
  ['nat', 'CNI-HOSTPORT-DNAT', 'CNI portmap'],
  ['nat', 'CNI-DN-b0e6b1c2c5f6d5f0a1b2c', 'CNI portmap'],
  ['filter', 'f2b-sshd', 'fail2ban'],
  ['filter', 'LIBVIRT_FWI', 'libvirt'],
  ['nat', 'ANTREA-POSTROUTING', 'Antrea'],
  ['nat', 'OVN-KUBE-SNAT-MGMTPORT', 'OVN-Kubernetes'],
  ['nat', 'OVN-PREROUTING', 'Kube-OVN'],
  ['nat', 'OPENSHIFT-MASQUERADE', 'OpenShift SDN'],
  ['nat', 'IP-MASQ-AGENT', 'ip-masq-agent'],
  ['nat', 'SWIFT-POSTROUTING', 'Azure CNI'],
  ['nat', 'AWS-SNAT-CHAIN-0', 'AWS VPC CNI'],
  ['aws-cni', 'snat-mark', 'AWS VPC CNI'],
  ['filter', 'FORWARD', 'unknown'],
  ['my_table', 'my_chain', 'unknown'],
])('%s %s is written by %s', (table, chain, owner) => {
  expect(ownerOf(table, chain)).toBe(owner);
});

test('a rule of a built-in chain belongs to whom it jumps to', () => {
  expect(ownerOf('nat', 'PREROUTING', '-A PREROUTING -j KUBE-SERVICES')).toBe('kube-proxy');
  expect(ownerOf('raw', 'PREROUTING', '-A PREROUTING -d 169.254.20.10/32 -p udp --dport 53 -j NOTRACK')).toBe(
    'NodeLocal DNS',
  );
  expect(ownerOf('filter', 'FORWARD', '-A FORWARD -o weave -j DROP')).toBe('Weave Net');
  expect(ownerOf('filter', 'FORWARD', '-A FORWARD -j DROP')).toBe('unknown');
});

import { conntrackFull } from './c01-conntrack-full.ts';
import { staleUdpEntry } from './c05-stale-udp-entry.ts';
import { untracked } from './c10-untracked.ts';
import { oneReplicaDiffers } from './d03-one-replica-differs.ts';
import { wrongClusterDomain } from './d03-wrong-cluster-domain.ts';
import { wrongNameserver } from './d04-wrong-nameserver.ts';
import { podUsesNodeDns } from './d05-pod-uses-node-dns.ts';
import { dnsScaledToZero } from './d06-dns-scaled-to-zero.ts';
import { forwardingLoop } from './d07-forwarding-loop.ts';
import { dnsWithoutApi } from './d09-dns-without-api.ts';
import { corefileAnswersNxdomain } from './d10-corefile-answers-nxdomain.ts';
import { corefileSyntax } from './d10-corefile-syntax.ts';
import { dnsWithoutUdp } from './d18-dns-without-udp.ts';
import { headlessNotReady } from './d19-headless-not-ready.ts';
import { externalNameUnresolvable } from './d21-external-name-unresolvable.ts';
import { notReady } from './e01-not-ready.ts';
import { crashLoop } from './e02-crash-loop.ts';
import { imageMissing } from './e02-image-missing.ts';
import { scaledToZero } from './e02-scaled-to-zero.ts';
import { readinessGate } from './e03-readiness-gate.ts';
import { probeOnAnotherPort } from './e04-probe-on-another-port.ts';
import { slicePortName } from './e07-slice-port-name.ts';
import { sliceWithoutLabel } from './e07-slice-without-label.ts';
import { endpointsNotMirrored } from './e08-endpoints-not-mirrored.ts';
import { leftoverSlice } from './e09-leftover-slice.ts';
import { endpointIsClusterIp } from './e10-endpoint-is-a-cluster-ip.ts';
import { ingressPolicy } from './f01-ingress-policy.ts';
import { egressWithoutDns } from './f02-egress-without-dns.ts';
import { policyOnServicePort } from './f03-policy-on-service-port.ts';
import { forwardPolicyDrop } from './f04-forward-policy-drop.ts';
import { firewalldRejects } from './f05-firewalld-rejects.ts';
import { foreignDrop } from './f07-foreign-drop.ts';
import { probesBlocked } from './f10-probes-blocked.ts';
import type { Fault } from './fault.ts';
import { healthyDual } from './healthy-dual.ts';
import { healthyHundred } from './healthy-hundred.ts';
import { healthyLoadBalancer } from './healthy-load-balancer.ts';
import { healthyNodePort } from './healthy-nodeport.ts';
import { healthy } from './healthy.ts';
import { noProxyOnNode } from './k01-no-proxy-on-node.ts';
import { proxyCrashLoop } from './k02-proxy-crash-loop.ts';
import { proxyWithoutApi } from './k03-proxy-without-api.ts';
import { proxyForbidden } from './k04-proxy-forbidden.ts';
import { oneEndpointStale } from './k05-one-endpoint-stale.ts';
import { proxyFrozen } from './k05-proxy-frozen.ts';
import { xtablesLockHeld } from './k06-xtables-lock-held.ts';
import { formerModeLeftOver } from './k09-former-mode-left-over.ts';
import { wrongNodeName } from './k11-wrong-node-name.ts';
import { wrongPodBridge } from './k13-wrong-pod-bridge.ts';
import { hairpinOff } from './n01-hairpin-off.ts';
import { hairpinMasqueradeMissing } from './n02-hairpin-masquerade-missing.ts';
import { bridgeBypasses } from './n03-bridge-bypasses-iptables.ts';
import { forwardingOff } from './n04-forwarding-off.ts';
import { strictReversePath } from './n05-strict-reverse-path.ts';
import { podRouteMissing } from './n10-pod-route-missing.ts';
import { podRouteWrong } from './n10-pod-route-wrong.ts';
import { podWithoutRoute } from './n15-pod-without-route.ts';
import { routingRuleWrong } from './n16-routing-rule-wrong.ts';
import { kubeletStopped } from './o01-kubelet-stopped.ts';
import { controllersStopped } from './o03-controllers-stopped.ts';
import { loopbackOnly } from './p01-loopback-only.ts';
import { oneFamilyListened } from './p03-one-family-listened.ts';
import { acceptsNeverAnswers } from './p04-accepts-never-answers.ts';
import { nodePortEntryGone } from './r01-nodeport-entry-gone.ts';
import { vipEntryGone } from './r01-vip-entry-gone.ts';
import { hookJumpGone } from './r02-hook-jump-gone.ts';
import { natFlushed } from './r02-nat-flushed.ts';
import { formerBackendStale } from './r03-former-backend-stale.ts';
import { twoBackends } from './r03-two-backends.ts';
import { clusterCidrWrong } from './r05-cluster-cidr-wrong.ts';
import { masqueradeMissing } from './r07-masquerade-missing.ts';
import { dnatPortEdited } from './r08-dnat-port-edited.ts';
import { endpointChainEmpty } from './r08-endpoint-chain-empty.ts';
import { serviceChainEmpty } from './r08-service-chain-empty.ts';
import { weightsEdited } from './r09-weights-edited.ts';
import { foreignDnat } from './r10-foreign-dnat.ts';
import { vipOffDummy } from './r11-vip-off-dummy.ts';
import { realServersGone } from './r12-real-servers-gone.ts';
import { weightZero } from './r13-weight-zero.ts';
import { vipIsNodeAddress } from './r15-vip-is-a-node-address.ts';
import { tableMissing } from './r17-table-missing.ts';
import { loopbackMemberGone } from './r18-loopback-set-member-gone.ts';
import { serviceRangeUnreachable } from './r19-service-range-unreachable.ts';
import { selectorNearMiss } from './s01-selector-near-miss.ts';
import { selectorTooWide } from './s02-selector-too-wide.ts';
import { targetPortWrong } from './s03-target-port-wrong.ts';
import { namedPortUnknown } from './s04-named-port-unknown.ts';
import { wrongServicePort } from './s06-wrong-service-port.ts';
import { protocolMismatch } from './s07-protocol-mismatch.ts';
import { headlessByMistake } from './s10-headless-by-mistake.ts';
import { podsOfOneFamily } from './s11-pods-of-one-family.ts';
import { internalPolicyLocal } from './s13-internal-policy-local.ts';
import { otherServiceProxy } from './s16-other-service-proxy.ts';
import { noExternalAddress } from './x01-no-external-address.ts';
import { externalPolicyLocal } from './x02-external-policy-local.ts';
import { sourceRanges } from './x04-source-ranges.ts';
import { nodePortAddresses } from './x05-nodeport-addresses.ts';
import { nodePortBlocked } from './x06-nodeport-blocked.ts';

/** Every fault of the lab, healthy clusters first. */
export const faults: readonly Fault[] = [
  healthyDual,
  healthyHundred,
  healthyLoadBalancer,
  healthyNodePort,
  healthy,
  conntrackFull,
  staleUdpEntry,
  untracked,
  oneReplicaDiffers,
  wrongClusterDomain,
  wrongNameserver,
  podUsesNodeDns,
  dnsScaledToZero,
  forwardingLoop,
  dnsWithoutApi,
  corefileAnswersNxdomain,
  corefileSyntax,
  dnsWithoutUdp,
  headlessNotReady,
  externalNameUnresolvable,
  notReady,
  crashLoop,
  imageMissing,
  scaledToZero,
  readinessGate,
  probeOnAnotherPort,
  slicePortName,
  sliceWithoutLabel,
  endpointsNotMirrored,
  leftoverSlice,
  endpointIsClusterIp,
  ingressPolicy,
  egressWithoutDns,
  policyOnServicePort,
  forwardPolicyDrop,
  firewalldRejects,
  foreignDrop,
  probesBlocked,
  noProxyOnNode,
  proxyCrashLoop,
  proxyWithoutApi,
  proxyForbidden,
  oneEndpointStale,
  proxyFrozen,
  xtablesLockHeld,
  formerModeLeftOver,
  wrongNodeName,
  wrongPodBridge,
  hairpinOff,
  hairpinMasqueradeMissing,
  bridgeBypasses,
  forwardingOff,
  strictReversePath,
  podRouteMissing,
  podRouteWrong,
  podWithoutRoute,
  routingRuleWrong,
  kubeletStopped,
  controllersStopped,
  loopbackOnly,
  oneFamilyListened,
  acceptsNeverAnswers,
  nodePortEntryGone,
  vipEntryGone,
  hookJumpGone,
  natFlushed,
  formerBackendStale,
  twoBackends,
  clusterCidrWrong,
  masqueradeMissing,
  dnatPortEdited,
  endpointChainEmpty,
  serviceChainEmpty,
  weightsEdited,
  foreignDnat,
  vipOffDummy,
  realServersGone,
  weightZero,
  vipIsNodeAddress,
  tableMissing,
  loopbackMemberGone,
  serviceRangeUnreachable,
  selectorNearMiss,
  selectorTooWide,
  targetPortWrong,
  namedPortUnknown,
  wrongServicePort,
  protocolMismatch,
  headlessByMistake,
  podsOfOneFamily,
  internalPolicyLocal,
  otherServiceProxy,
  noExternalAddress,
  externalPolicyLocal,
  sourceRanges,
  nodePortAddresses,
  nodePortBlocked,
];

import { describe, expect, it } from 'vitest';
import { matchLog } from './log-patterns.ts';

const header = 'E1123 19:09:26.100000       1 proxier.go:1567] ';

/** Fault ids that a line of kube-proxy's log tells of. */
function faultsOf(message: string): string[] {
  return matchLog(header + message).map(({ pattern }) => pattern.fault);
}

// Messages of kubernetes v1.24 to v1.37 pkg/proxy and cmd/kube-proxy, and of the tools they run.
describe('matchLog', () => {
  it.each([
    [
      'K02',
      '"Error running ProxyServer" err="open /proc/sys/net/netfilter/nf_conntrack_max: permission denied"',
    ],
    [
      'K04',
      'Failed to watch *v1.EndpointSlice: failed to list *v1.EndpointSlice: endpointslices.discovery.k8s.io is forbidden: User "system:serviceaccount:kube-system:kube-proxy" cannot list resource "endpointslices"',
    ],
    [
      'O04',
      '"Unhandled Error" err="Failed to watch: tls: failed to verify certificate: x509: certificate signed by unknown authority"',
    ],
    [
      'K03',
      'failed to list *v1.Service: Get "https://10.0.0.1:6443/api/v1/services": Failed to watch: dial tcp: connect: connection refused',
    ],
    ['K03', '"Failed to watch" err="failed to list *v1.EndpointSlice: Unauthorized" logger="UnhandledError"'],
    [
      'K07',
      '"Error running ProxyServer" err="could not run nftables command: exec: \\"nft\\": executable file not found in $PATH"',
    ],
    ['K07', '"command failed" err="kube-proxy in nftables mode requires kernel 5.13 or later"'],
    [
      'K01',
      '"Error running ProxyServer" err="stat /var/lib/kube-proxy/config.conf: no such file or directory"',
    ],
    ['K06', '"Failed to execute iptables-restore" err="exit status 1"'],
    ['K06', '"Failed to ensure chain jumps" err="error appending rule" table="filter" srcChain="INPUT"'],
    ['K06', '"nftables sync failed" err="exit status 1"'],
    [
      'K07',
      "iptables v1.8.9 (legacy): can't initialize iptables table `nat': Table does not exist (do you need to insmod?)",
    ],
    ['K11', '"Timed out waiting for node to exist" node="other"'],
    [
      'K11',
      '"Can\'t determine this node\'s IP, assuming 127.0.0.1; if this is incorrect, please set the --bind-address flag"',
    ],
    ['R02', '"Reloading after iptables flush"'],
    [
      'R11',
      '"Failed to bind service address to dummy device" err="operation not permitted" serviceName="shop/web:http"',
    ],
    ['R12', '"Failed to add IPVS service" err="file exists" serviceName="shop/web:http"'],
    [
      'R18',
      '"Failed to add ip set entry to ip set" err="error adding entry 10.0.0.1,tcp:80, error: exit status 1 (ipset v7.17: Hash is full, cannot add more elements)"',
    ],
    [
      'X05',
      '"Failed to get node ip address matching nodeport cidrs, services with nodeport may not work as intended" CIDRs=["10.0.0.0/8"]',
    ],
    [
      'S15',
      '"Failed to start healthcheck" err="listen tcp :31000: bind: address already in use" node="node-a" service="shop/web" port=31000',
    ],
    ['C05', '"Failed to list conntrack entries" err="operation not permitted" IPFamily="IPv4"'],
  ])('%s: %s', (fault, message) => {
    expect(faultsOf(message)).toContain(fault);
  });

  it.each([
    '"SyncProxyRules complete" ipFamily="IPv4" elapsed="21ms"',
    '"Using iptables Proxier"',
    // What is said of a mode or a counter that is not there says nothing of Services.
    '"Failed to create nfacct counter; the corresponding metric will not be updated" err="operation not permitted"',
    '"No kube-proxy mode specified: defaulting to \'iptables\'."',
    '"Kube-proxy configuration may be incomplete or incorrect" err="nodePortAddresses is unset"',
  ])('nothing: %s', (message) => {
    expect(faultsOf(message)).toEqual([]);
  });
});

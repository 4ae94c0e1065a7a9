import { describe } from 'vitest';
import { webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { invalidPassed } from './invalid-passed.ts';

const NAT = `*nat
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:KUBE-POSTROUTING - [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-SVC-WEBXXXXXXXXXXXXX - [0:0]
-A PREROUTING -j KUBE-SERVICES
-A OUTPUT -j KUBE-SERVICES
-A POSTROUTING -j KUBE-POSTROUTING
-A KUBE-SERVICES -d 10.96.0.7/32 -p tcp -m tcp --dport 80 -j KUBE-SVC-WEBXXXXXXXXXXXXX
COMMIT
`;
const DROP = '-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP\n';
const seen = (drop: string, isLiberal = 0) => ({
  ...webCluster,
  files: {
    'nodes/node-a/iptables-save.txt': `${NAT}*filter
:FORWARD ACCEPT [0:0]
:KUBE-FORWARD - [0:0]
-A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD
${drop}-A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark 0x4000/0x4000 -j ACCEPT
COMMIT
`,
    'nodes/node-a/sysctl.txt': `net.netfilter.nf_conntrack_tcp_be_liberal = ${isLiberal}\n`,
  },
});
const problem = {
  severity: 'warning' as const,
  node: 'node-a',
  share: [0, 0] as const,
  summary: /^node-a passes packets on that its connection table calls invalid/,
};

describe('node/invalid-passed', () => {
  proveCheck(invalidPassed, { healthy: seen(DROP), broken: seen(''), problem, blind: webCluster });
});

describe('node/invalid-passed, counted as kube-proxy does since 1.32, and by another program', () => {
  const counted = DROP.replace('-j', '-m nfacct --nfacct-name  ct_state_invalid_dropped_pkts -j');
  proveCheck(invalidPassed, { healthy: seen(counted), broken: seen(''), problem, blind: webCluster });
  proveCheck(invalidPassed, {
    healthy: seen('-A FORWARD -m conntrack --ctstate INVALID,UNTRACKED -j DROP\n'),
    broken: seen('-A FORWARD -m conntrack --ctstate UNTRACKED -j DROP\n'),
    problem,
    blind: webCluster,
  });
});

describe('node/invalid-passed, a liberal table', () => {
  proveCheck(invalidPassed, { healthy: seen('', 1), broken: seen(''), problem, blind: webCluster });
});

describe('node/invalid-passed, IPVS mode as nft prints it', () => {
  const ofIpvs = {
    ...webCluster,
    files: {
      'nodes/node-a/nft-ruleset.txt': `table ip nat {
	chain PREROUTING {
		type nat hook prerouting priority dstnat; policy accept;
		counter packets 0 bytes 0 jump KUBE-SERVICES
	}
	chain OUTPUT {
		type nat hook output priority dstnat; policy accept;
		counter packets 0 bytes 0 jump KUBE-SERVICES
	}
	chain POSTROUTING {
		type nat hook postrouting priority srcnat; policy accept;
		counter packets 0 bytes 0 jump KUBE-POSTROUTING
	}
	chain KUBE-POSTROUTING {
	}
	chain KUBE-SERVICES {
		xt match "set" counter packets 0 bytes 0 jump KUBE-MARK-MASQ
	}
	chain KUBE-MARK-MASQ {
	}
}
table ip filter {
	chain FORWARD {
		type filter hook forward priority filter; policy accept;
		counter packets 0 bytes 0 jump KUBE-FORWARD
	}
	chain KUBE-FORWARD {
		meta mark & 0x00004000 == 0x00004000 counter packets 0 bytes 0 accept
	}
}
`,
      'nodes/node-a/sysctl.txt': 'net.netfilter.nf_conntrack_tcp_be_liberal = 0\n',
    },
  };
  proveCheck(invalidPassed, { healthy: ofIpvs, broken: seen(''), problem, blind: webCluster });
});

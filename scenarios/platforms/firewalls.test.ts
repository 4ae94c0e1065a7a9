import { describe, expect, it } from 'vitest';
import { investigateService } from '../../src/investigate.ts';
import { type Change, type Changes, changedRecording } from '../changed-recording.ts';
import { addRules, type AddedRules } from './add-rules.ts';
import { asLegacy } from './routed-pods.ts';

// Firewall programs of nodes that write iptables: they are no fault where they let pods pass, and are named where they do not.

const dropsBy =
  (...chains: readonly string[]): Change =>
  (text) => {
    const at = text.indexOf('*filter\n');
    const own = new RegExp(`^:(${chains.join('|')}) ACCEPT`, 'gm');
    return (
      text.slice(0, at) +
      text.slice(at).replace(/[^]*?COMMIT\n/, (table) => table.replaceAll(own, ':$1 DROP'))
    );
  };

const beside = (rules: AddedRules, ...policies: readonly Change[]): Changes => [
  [/nft-ruleset/, () => undefined],
  [/\/ip6?tables-save/, asLegacy],
  [/\/iptables-save/, addRules('filter', rules)],
  ...policies.map((policy) => [/\/iptables-save/, policy] as const),
];

/** *Source:* ConfigServer Security & Firewall, csf.pl `doiptables`. */
const csf = (allowed: string): Changes =>
  beside(
    {
      last: `
        -A INPUT ! -i lo -j LOCALINPUT
        -A INPUT -i lo -j ACCEPT
        -A INPUT ! -i lo -p tcp -j INVALID
        -A INPUT ! -i lo -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        -A INPUT ! -i lo -p tcp -m conntrack --ctstate NEW -m tcp --dport 22 -j ACCEPT
        -A INPUT ! -i lo -j LOGDROPIN
        -A OUTPUT ! -o lo -j LOCALOUTPUT
        -A OUTPUT -o lo -j ACCEPT
        -A OUTPUT ! -o lo -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        -A OUTPUT ! -o lo -j LOGDROPOUT
        ${allowed}
        -A ALLOWOUT -d 192.168.90.0/24 ! -o lo -j ACCEPT
        -A ALLOWIN -s 10.244.0.0/16 ! -i lo -j ACCEPT
        -A ALLOWIN -s 192.168.90.0/24 ! -i lo -j ACCEPT
        -A DENYIN -s 203.0.113.7/32 ! -i lo -j DROP
        -A INVALID -m conntrack --ctstate INVALID -j INVDROP
        -A INVDROP -j DROP
        -A LOCALINPUT ! -i lo -j ALLOWIN
        -A LOCALINPUT ! -i lo -j DENYIN
        -A LOCALOUTPUT ! -o lo -j ALLOWOUT
        -A LOGDROPIN -p tcp -m limit --limit 30/min -j LOG --log-prefix "Firewall: *TCP_IN Blocked* "
        -A LOGDROPIN -j DROP
        -A LOGDROPOUT -j REJECT --reject-with icmp-port-unreachable`,
    },
    dropsBy('INPUT', 'OUTPUT'),
  );

/** With FirewallBackend=iptables. *Source:* firewalld src/firewall/core/ipXtables.py `DEFAULT_RULES`. */
const FIREWALLD = `
  -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
  -A FORWARD -i lo -j ACCEPT
  -A FORWARD -j FORWARD_direct
  -A FORWARD -j FORWARD_IN_ZONES
  -A FORWARD -m conntrack --ctstate INVALID -j DROP
  -A FORWARD -j REJECT --reject-with icmp-host-prohibited
  -A FORWARD_direct -m comment --comment none
  -A FORWARD_IN_ZONES -i eth0 -g FWDI_public
  -A FORWARD_IN_ZONES -g FWDI_public
  -A FWDI_public -p icmp -j ACCEPT`;

const ask = async (changes: Changes, name = 'web') => {
  const snapshot = await changedRecording('iptables-healthy', changes);
  const { verdict, causes } = investigateService(snapshot, { namespace: 'shop', name });
  return {
    verdict,
    told: causes.map(({ check, summary }) => `${check}: ${/\(([^()]*)\)$/.exec(summary)?.[1]}`),
    causes,
  };
};

const PASSES =
  '-A ALLOWOUT -d 10.244.0.0/16 ! -o lo -j ACCEPT\n-A ALLOWOUT -d 10.96.0.0/12 ! -o lo -j ACCEPT';

describe('CSF', () => {
  it.each(['web', 'web-np', 'web-lb', 'echo'])('lets clients to %s', async (name) => {
    expect(await ask(csf(PASSES), name)).toMatchObject({ verdict: 'healthy', told: [] });
  });

  it('is named where it keeps nodes from pods', async () => {
    const { verdict, told, causes } = await ask(csf(''));
    expect([verdict, ...told]).toEqual(['degraded', 'rules/foreign-drop: CSF']);
    expect(causes[0]?.remedy?.commands).toContain('csf -a 10.244.0.0/16   # on node-a');
  });
});

describe('firewalld that writes iptables', () => {
  it('does not see what is accepted before', async () => {
    expect(await ask(beside({ last: FIREWALLD }))).toMatchObject({ verdict: 'healthy', told: [] });
  });

  it('is named where its rules stand first', async () => {
    const { verdict, told } = await ask(beside({ first: FIREWALLD }));
    expect([verdict, ...told]).toEqual(['degraded', 'rules/foreign-drop: firewalld']);
  });
});

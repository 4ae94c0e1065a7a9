import { everyMode, type Fault } from './fault.ts';

/** Strict reverse-path filtering on a node whose route back differs. */
export const strictReversePath: Fault = {
  name: 'n05-strict-reverse-path',
  causes: ['N05'],
  modes: everyMode,
  // IPv6 has no such setting.
  families: ['ipv4', 'dual'],
  text: 'On node-b `rp_filter` is 1, and a policy route sends replies to 10.244.1.0/24 by another interface: packets of pods on node-a are dropped as spoofed.',
  service: 'solo',
  verdicts: ['degraded'],
  nodes: ['node-b'],
  shows: [
    { from: /^pod on node-a/u, to: /^solo$/u, expect: 'fails' },
    { from: /node-c/u, to: /^solo$/u, expect: 'works' },
  ],
  plant: async (lab) => {
    await lab.onNode(
      'node-b',
      'ip link add tun9 type veth peer name tun9p && ip link set tun9 up && ip link set tun9p up && ip route add 10.244.1.0/24 dev tun9 table 90 && ip rule add to 10.244.1.0/24 pref 900 lookup 90 && sysctl -qw net.ipv4.conf.all.rp_filter=1',
    );
  },
  heal: async (lab) => {
    await lab.tryOnNode(
      'node-b',
      'sysctl -qw net.ipv4.conf.all.rp_filter=0; ip rule del pref 900; ip link del tun9; true',
    );
  },
};

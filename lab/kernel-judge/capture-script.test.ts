import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { captureScript } from '../../src/observe/node/script/capture-script.ts';
import { readBundle } from '../../src/observe/bundle/read-bundle.ts';
import { buildWorld } from '../../src/world/build-world.ts';

/** A small node: a bridge with a hairpin port, rules of both flavours, a route, what kube-proxy answers. */
const node = `
mount -t sysfs sysfs /sys
ip link set lo up
ip link add cni0 type bridge && ip link set cni0 up && ip addr add 10.244.1.1/24 dev cni0
ip link add veth1 type veth peer name pod1 && ip link set veth1 master cni0 up && ip link set pod1 up
echo 1 > /sys/class/net/veth1/brport/hairpin_mode
ip route add 10.244.2.0/24 dev cni0 && ip -6 addr add fd00::1/64 dev cni0 nodad
sysctl -qw net.ipv4.ip_forward=1
iptables-nft -t nat -A PREROUTING -d 10.96.0.7/32 -p tcp --dport 80 -j DNAT --to-destination 10.244.1.9:8080
iptables-legacy -A FORWARD -j DROP
ip6tables-nft -t nat -A PREROUTING -d fd00::7/128 -p tcp --dport 80 -j RETURN
nft add table inet other
`;

async function captured(shell: string) {
  const folder = mkdtempSync(join(tmpdir(), 'capture-'));
  writeFileSync(join(folder, 'capture.sh'), captureScript());
  const script = `set -e\n${node}\n${shell} ${folder}/capture.sh -n node-a -o ${folder}`;
  const printed = execFileSync('unshare', ['-n', '-m', 'sh', '-c', script], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const snapshot = await readBundle([printed.trim()]);
  return { snapshot, state: buildWorld(snapshot).nodeStates.get('node-a') };
}

test('dash reads everything that the walk needs', async () => {
  const { snapshot, state } = await captured('dash');
  const tables = state?.tables.map(({ family, name, origin }) => `${origin} ${family} ${name}`);
  expect(tables).toEqual(
    expect.arrayContaining([
      'iptables-nft ip nat',
      'iptables-nft ip6 nat',
      'iptables-legacy ip filter',
      'nftables inet other',
    ]),
  );
  expect(state?.hasRules).toEqual({ ip: true, ip6: true });
  expect(state?.bridgePorts?.find(({ name }) => name === 'veth1')?.hairpin).toBe(true);
  expect(state?.sysctls?.get('net.ipv4.ip_forward')).toBe('1');
  expect(state?.routes?.length).toBeGreaterThan(3);
  expect(state?.routeRules?.length).toBeGreaterThan(2);
  expect(snapshot.gaps).toEqual([]);
  expect(snapshot.sources.filter(({ kind }) => kind === 'unknown').map(({ path }) => path)).toEqual([]);
});

test('busybox alone reads what its tools can, and says what is missing', async () => {
  const applets = mkdtempSync(join(tmpdir(), 'busybox-'));
  execFileSync('busybox', ['--install', '-s', applets]);
  // The script looks into the folders of the system too: here they hold nothing.
  const empty = '/usr/sbin /sbin /usr/local/sbin /usr/local/bin';
  const hide = `mkdir -p ${applets}/none; for f in ${empty}; do mount --bind ${applets}/none $f; done; PATH=${applets}; export PATH;`;
  const { snapshot, state } = await captured(`${hide} ${applets}/sh`);
  expect(state?.links?.map(({ name }) => name)).toContain('cni0');
  expect(state?.bridgePorts?.find(({ name }) => name === 'veth1')?.hairpin).toBe(true);
  expect(state?.sysctls?.get('net.ipv4.ip_forward')).toBe('1');
  expect(state?.routes?.length).toBeGreaterThan(1);
  expect(snapshot.gaps.map(({ what }) => what)).toEqual(['rules of node-a']);
  expect(snapshot.gaps[0]?.why).toContain('no iptables-nft-save here; no iptables-save here');
  expect(buildWorld(snapshot).issues).toEqual([]);
});

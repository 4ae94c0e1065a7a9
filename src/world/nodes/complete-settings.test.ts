import { describe, expect, it } from 'vitest';
import { completeSettings } from './complete-settings.ts';

const NAME = 'net.bridge.bridge-nf-call-iptables';

const captured = [
  'net.netfilter.nf_conntrack_max',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.conf.all.src_valid_mark',
  'net.ipv4.conf.all.arp_ignore',
];

const settings = (...names: readonly string[]) => names.map((name) => [name, '1'] as const);

describe('completeSettings', () => {
  it('takes bridge settings that all others stand around for absent', () => {
    const all = settings('kernel.hostname', 'net.core.somaxconn', 'net.ipv4.ip_forward');
    expect(completeSettings(all, false).get(NAME)).toBe('absent');
    expect(completeSettings(settings(...captured), true).get(NAME)).toBe('absent');
  });

  it('keeps those that are there', () => {
    const all = settings('kernel.hostname', NAME, 'net.core.somaxconn');
    expect(completeSettings(all, false).get(NAME)).toBe('1');
  });

  it('takes IPVS for not loaded where none of its settings is among all', () => {
    const all = ['kernel.hostname', NAME, 'net.core.somaxconn'];
    expect(completeSettings(settings(...all), false).get('net.ipv4.vs.conntrack')).toBe('absent');
    const loaded = completeSettings(settings(...all, 'net.ipv4.vs.conn_reuse_mode'), false);
    expect(loaded.has('net.ipv4.vs.conntrack')).toBe(false);
    expect(completeSettings(settings(NAME), false).has('net.ipv4.vs.conntrack')).toBe(false);
  });

  it('says nothing where a part was printed', () => {
    for (const part of [captured, ['net.core.somaxconn', 'net.ipv4.ip_forward'], []])
      expect(completeSettings(settings(...part), false).has(NAME)).toBe(false);
    expect(completeSettings(settings(...captured.slice(1)), true).has(NAME)).toBe(false);
  });
});

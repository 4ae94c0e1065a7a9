import { describe, expect, it } from 'vitest';
import { investigateService, lookUpName, tracePacket } from '../src/investigate.ts';
import { type Changes, changedRecording } from './changed-recording.ts';

// A client in its node's own network: kubelet gives it its node's resolv.conf, unless its dnsPolicy is ClusterFirstWithHostNet.

const PODS = /pods\.json/;
const client = (dnsPolicy: string): Changes => [
  [
    PODS,
    (text) => {
      const list = JSON.parse(text) as {
        items: { metadata: { name: string }; spec: object; status: object }[];
      };
      for (const { metadata, spec, status } of list.items) {
        if (metadata.name !== 'client-a') continue;
        Object.assign(spec, { hostNetwork: true, dnsPolicy });
        Object.assign(status, { podIP: '192.168.90.11', podIPs: [{ ip: '192.168.90.11' }] });
      }
      return JSON.stringify(list);
    },
  ],
];
const asked = { namespace: 'shop', name: 'web', from: { pod: 'shop/client-a' } };
const nodeResolver = { 'nodes/node-a/resolv.conf': 'nameserver 192.168.90.1\n' };

describe('a client in its node’s own network', () => {
  it('has names by ClusterFirstWithHostNet', async () => {
    const snapshot = await changedRecording('iptables-healthy', client('ClusterFirstWithHostNet'));
    expect(investigateService(snapshot, asked)).toMatchObject({ verdict: 'healthy', causes: [] });
  });

  it.each([{}, nodeResolver])('has none by ClusterFirst; addresses work', async (files) => {
    const snapshot = await changedRecording('iptables-healthy', client('ClusterFirst'), files);
    const { causes, paths } = investigateService(snapshot, asked);
    expect(causes.map(({ check, faults }) => [check, faults[0]])).toEqual([['dns/client-resolver', 'D05']]);
    expect(causes[0]?.summary).toMatch(/^names of Services do not resolve .* addresses work$/);
    expect(causes[0]?.remedy.text).toContain('ClusterFirstWithHostNet');
    expect(paths.map(({ state }) => state)).toEqual(['works']);
    const trace = tracePacket(snapshot, {
      source: { kind: 'pod', namespace: 'shop', name: 'client-a' },
      destination: { kind: 'service', namespace: 'shop', name: 'web', port: 80 },
    });
    expect(trace.verdict).toBe('healthy');
  });

  it('says so to who asks for a name', async () => {
    const name = { name: 'web', namespace: 'shop', pod: 'shop/client-a' };
    const unread = await changedRecording('iptables-healthy', client('ClusterFirst'));
    expect(() => lookUpName(unread, name)).toThrow(/dnsPolicy ClusterFirst, which counts as Default/);
    const read = await changedRecording('iptables-healthy', client('ClusterFirst'), nodeResolver);
    const full = { ...name, name: 'web.shop.svc.cluster.local' };
    expect(lookUpName(read, full)).toMatchObject({ verdict: 'broken' });
  });
});

import { describe, expect, it } from 'vitest';
import { auditCluster, investigateService } from '../src/investigate.ts';
import { changedRecording } from './changed-recording.ts';

// Ingresses beside a healthy cluster: they are told where they lead nowhere, and change no verdict.

const ingress = (name: string, port: object): Readonly<Record<string, string>> => ({
  'cluster/shop/ingress.json': JSON.stringify({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'site', namespace: 'shop' },
    spec: { rules: [{ http: { paths: [{ path: '/', backend: { service: { name, port } } }] } }] },
  }),
});
const web = { namespace: 'shop', name: 'web' };
const toldOf = async (files: Readonly<Record<string, string>>, asked = web): Promise<string[]> => {
  const { verdict, findings } = investigateService(
    await changedRecording('iptables-healthy', [], files),
    asked,
  );
  expect(verdict).toBe('healthy');
  return findings.filter(({ check }) => check === 'external/routes-lead').map(({ summary }) => summary);
};

describe('an Ingress', () => {
  it('that leads to a port of the Service is not told', async () => {
    expect(await toldOf(ingress('web', { number: 80 }))).toEqual([]);
    expect(await toldOf(ingress('web', { name: 'http' }))).toEqual([]);
  });

  it('that names another port, or nearly the Service’s name, is told of this Service alone', async () => {
    expect(await toldOf(ingress('web', { number: 8080 }))).toEqual([
      expect.stringMatching(/8080 of shop\/web, which is the targetPort behind its port 80/),
    ]);
    expect(await toldOf(ingress('wbe', { number: 80 }))).toEqual([
      expect.stringMatching(/Service shop\/wbe, which does not exist \(did you mean web\?\)/),
    ]);
    expect(await toldOf(ingress('web', { number: 8080 }), { ...web, name: 'echo' })).toEqual([]);
  });

  it('makes no audit worse', async () => {
    const snapshot = await changedRecording('iptables-healthy', [], ingress('web', { number: 8080 }));
    const before = auditCluster(await changedRecording('iptables-healthy', []), {});
    expect(auditCluster(snapshot, {}).verdict).toBe(before.verdict);
  });
});

import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { AuditDocument, CheckDocument } from '../src/report/json/documents.ts';
import { plumb } from '../src/cli/run-fixture.ts';

const folder = fileURLToPath(new URL('recordings/', import.meta.url));

async function audit(name: string, options = ''): Promise<{ exitCode: number; document: AuditDocument }> {
  const { exitCode, stdout } = await plumb(`audit --from ${folder}${name} -o json${options}`);
  return { exitCode, document: JSON.parse(stdout) as AuditDocument };
}

describe('audit', () => {
  it.each(['iptables-healthy', 'nftables-healthy', 'ipvs-healthy'])(
    'finds nothing wrong in %s',
    async (name) => {
      const { exitCode, document } = await audit(name);
      expect(document.causes).toEqual([]);
      expect(document.findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
      // A name outside the cluster: nobody asked whether it resolves, here and in `svc/upstream`.
      const others = document.services.filter(({ verdict }) => verdict !== 'healthy');
      expect(others.map(({ subject, verdict }) => [subject, verdict])).toEqual([
        ['shop/upstream', 'unknown'],
      ]);
      expect(document.counts).toMatchObject({ services: 10, healthy: 9, unknown: 1 });
      expect(exitCode).toBe(0);
    },
  );

  it('names the one Service whose entry is gone, and no other', async () => {
    const { exitCode, document } = await audit('nftables-vip-entry-gone');
    const bad = document.services.filter(({ verdict }) => verdict === 'degraded' || verdict === 'broken');
    expect(bad.map(({ subject }) => subject)).toEqual(['shop/web']);
    expect(document.causes.map(({ nodes }) => nodes)).toEqual([['node-c']]);
    expect(exitCode).toBe(1);
  });

  it.each(['iptables-healthy', 'nftables-vip-entry-gone'])(
    'says of each Service of %s what svc/NAME says',
    async (name) => {
      const { document } = await audit(name);
      for (const { subject, verdict } of document.services) {
        const [namespace, service] = subject.split('/');
        const { stdout } = await plumb(`svc/${service} -n ${namespace} --from ${folder}${name} -o json`);
        expect([subject, (JSON.parse(stdout) as CheckDocument).verdict]).toEqual([subject, verdict]);
      }
    },
  );

  it('keeps to a namespace and to labels', async () => {
    const shop = await audit('iptables-healthy', ' -n shop');
    expect(new Set(shop.document.services.map(({ subject }) => subject.split('/')[0]))).toEqual(
      new Set(['shop']),
    );
    const dns = await audit('iptables-healthy', ' -l k8s-app=kube-dns');
    expect(dns.document.services.map(({ subject }) => subject)).toEqual(['kube-system/kube-dns']);
  });
});

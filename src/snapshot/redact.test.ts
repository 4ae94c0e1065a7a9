import { describe, expect, it } from 'vitest';
import { redactSource } from './redact.ts';
import { type Source, textOf } from './snapshot.ts';

const clean = (text: string, kind: Source['kind'] = 'kubernetes') =>
  textOf(redactSource({ path: 'x', kind, bytes: new TextEncoder().encode(text) }));

describe('redactSource', () => {
  it('drops what Secrets, environments and applied configuration hold', () => {
    const items = [
      {
        kind: 'Secret',
        metadata: { name: 's' },
        data: { password: 'aHVudGVyMg==' },
        stringData: { a: 'hunter2' },
      },
      {
        kind: 'Pod',
        metadata: {
          name: 'p',
          annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"hunter2":1}', other: 'kept' },
        },
        spec: {
          containers: [
            {
              name: 'c',
              env: [
                { name: 'PASSWORD', value: 'hunter2' },
                { name: 'FROM', valueFrom: {} },
              ],
            },
          ],
        },
      },
    ];
    const text = clean(JSON.stringify({ kind: 'List', items }));
    expect(text).not.toMatch(/hunter2|aHVudGVyMg/);
    expect(text).toContain('kept');
    expect(text).toContain('PASSWORD');
  });

  it('drops the same from YAML', () => {
    const yaml =
      'kind: Secret\nmetadata:\n  name: s\ndata:\n  password: aHVudGVyMg==\n---\nkind: Pod\nspec:\n  containers:\n  - env:\n    - name: PASSWORD\n      value: hunter2\n';
    expect(clean(yaml)).not.toMatch(/hunter2|aHVudGVyMg/);
  });

  it('drops tokens, certificates and keys from any text', () => {
    const log =
      'Authorization: Bearer abcdefghijklmnopqrstuvwxyz\n-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\nclient-key-data: TUlJRQ==\n';
    expect(clean(log, 'kube-proxy-log')).not.toMatch(/abcdefghij|MIIE|TUlJRQ/);
  });

  it('drops a token from a list of words', () => {
    const args = ['--header', 'Authorization: Bearer abcdefghijklmnopqrstuvwxyz'];
    expect(clean(JSON.stringify({ kind: 'Pod', spec: { env: [], args } }))).not.toContain('abcdefghij');
  });

  it('leaves what holds no secret as it is, byte by byte', () => {
    const text = '{"kind":"Service",  "metadata":{"name":"web"}}';
    expect(clean(text)).toBe(text);
  });
});

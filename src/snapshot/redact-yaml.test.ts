import { describe, expect, it } from 'vitest';
import { redactSource } from './redact.ts';
import { textOf } from './snapshot.ts';

function redacted(text: string): string {
  return textOf(redactSource({ path: 'objects', kind: 'kubernetes', bytes: new TextEncoder().encode(text) }));
}

const secret = {
  kind: 'Secret',
  metadata: { name: 'a' },
  data: { key: 'aHVzaA==' },
  stringData: { b: 'hush' },
};
const pod = {
  kind: 'Pod',
  metadata: {
    name: 'web',
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"value":"hush"}', keep: 'kept' },
  },
  spec: { containers: [{ env: [{ name: 'PASSWORD', value: 'hush' }], image: 'kept' }] },
};

const list = `apiVersion: v1
items:
- apiVersion: v1
  data:
    Corefile: |
      kept
  kind: ConfigMap
- apiVersion: v1
  data:
    key: aHVzaA==
    more: |
      aHVzaA==
  kind: Secret
- apiVersion: v1
  kind: Pod
  metadata:
    annotations:
      kubectl.kubernetes.io/last-applied-configuration: |
        {"value":"hush"}
      keep: kept
  spec:
    containers:
    - env:
      - name: A
        value: |
          hush
          hush
      - value: hush
        name: B
      image: kept
kind: List
`;

describe('objects, redacted', () => {
  it.each([
    ['a Secret', JSON.stringify(secret)],
    ['a Secret in a list', JSON.stringify({ kind: 'List', items: [pod, secret] })],
    [
      'a SecretList whose items name no kind',
      JSON.stringify({ kind: 'SecretList', items: [{ data: { a: 'aHVzaA==' } }] }),
    ],
    ['JSON cut in a value', JSON.stringify({ data: { key: 'hush"hush' } }).slice(0, -8)],
    ['JSON cut after a Secret', JSON.stringify({ items: [secret, pod] }).slice(0, -3)],
    [
      'YAML in braces',
      'kind: Pod\nspec: {containers: [{env: [{name: A, value: hush}, {value: "hu,sh"}]}]}\n',
    ],
    [
      'YAML that is cut before the kind',
      'apiVersion: v1\nitems:\n- apiVersion: v1\n  data:\n    a: aHVzaA==\n',
    ],
    ['YAML documents', `${list}---\nkind: Secret\ndata:\n  a: aHVzaA==\n`],
    ['a kubeconfig', 'kind: Config\nusers:\n- user:\n    token: hush\n    client-key-data: hush\n'],
  ])('leaves nothing secret in %s', (_what, text) => {
    expect(redacted(text)).not.toMatch(/hu,?sh|aHVzaA/);
  });

  it('keeps what is not secret, and each line of YAML in its place', () => {
    expect(JSON.parse(redacted(JSON.stringify(pod)))).toMatchObject({
      metadata: { annotations: { keep: 'kept' } },
      spec: { containers: [{ env: [{ name: 'PASSWORD' }], image: 'kept' }] },
    });
    const before = list.split('\n');
    const after = redacted(list).split('\n');
    expect(after).toHaveLength(before.length);
    for (const [index, line] of before.entries()) {
      if (/kept|kind:|name:/.test(line)) expect(after[index]).toBe(line);
    }
  });

  it('changes nothing where nothing is secret', () => {
    const text = '{ "kind": "Service",\n "metadata": {"name": "a"} }';
    expect(redacted(text)).toBe(text);
  });
});

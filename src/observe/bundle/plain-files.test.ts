import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { plainFiles } from './plain-files.ts';

const read = (bytes: Uint8Array | string, path = 'x.json'): (readonly [path: string, text: string])[] =>
  plainFiles({ path, bytes: typeof bytes === 'string' ? Buffer.from(bytes) : bytes }).map(
    (file) => [file.path, new TextDecoder().decode(file.bytes)] as const,
  );
const service = '{\n "apiVersion": "v1",\n "kind": "Service"\n}\n';
const text = ':KUBE-SERVICES - [0:0]\n';

describe('plainFiles', () => {
  it('leaves a file alone that is plain', () => {
    for (const plain of [service, text, '{"level":"info"}\n{"level":"info"}\n', '2026-11-30T10:00:00Z\n'])
      expect(read(plain)).toEqual([['x.json', plain]]);
  });

  it('unpacks what gzip packed alone, and leaves what is cut', () => {
    expect(read(gzipSync(text), 'save.txt.gz')).toEqual([['save.txt.gz', text]]);
    const cut = gzipSync(text).subarray(0, 20);
    expect(plainFiles({ path: 'save.txt.gz', bytes: cut })[0]?.bytes).toBe(cut);
  });

  it('reads UTF-16 of either order', () => {
    const little = Buffer.from(`\uFEFF${text}`, 'utf16le');
    expect(read(little)).toEqual([['x.json', text]]);
    expect(read(Buffer.from(little).swap16())).toEqual([['x.json', text]]);
  });

  it('takes back what sets each line in, and nothing else', () => {
    expect(read(`    ${text}\n      one\n    two\n`)).toEqual([['x.json', `${text}\n  one\ntwo\n`]]);
    const addresses = '1: lo: <UP>\n    inet 127.0.0.1/8\n';
    for (const plain of [addresses, `  one\ntwo\n`]) expect(read(plain)).toEqual([['x.json', plain]]);
  });

  it('passes over the time before each line', () => {
    const times = ['2026-11-30T10:00:00.123456789Z ', '2026-11-30T10:00:00+01:00 stdout F '];
    for (const time of times) expect(read(`${time}one\n${time}two\n`)).toEqual([['x.json', 'one\ntwo\n']]);
    const one = `${times[0]}one\ntwo\n`;
    expect(read(one)).toEqual([['x.json', one]]);
  });

  it('takes apart documents that stand one after the other, and the logs between them', () => {
    const log =
      '==== START logs for container a of pod b/c ====\nlines\n==== END logs for container a of pod b/c ====\n';
    expect(read(`${service}${service.replaceAll('\n', '\r\n')}${log}${service}`)).toEqual([
      ['x.json', service],
      ['x.json (part 2)', service.replaceAll('\n', '\r\n')],
      ['x.json (part 3)', log],
      ['x.json (part 4)', service],
    ]);
  });

  it('leaves a log of the audit as it is', () => {
    const audit = '{"kind":"Event","apiVersion":"audit.k8s.io/v1"}\n';
    expect(read(audit + audit)).toHaveLength(1);
  });
});

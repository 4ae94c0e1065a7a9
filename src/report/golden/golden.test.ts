import { describe, expect, it } from 'vitest';
import { renderAuditLines, renderLines, renderDnsLines, renderTraceLines } from '../line/render-line.ts';
import { renderAuditShort, renderShort } from '../short/render-short.ts';
import { type StyleOptions, createStyle } from '../style.ts';
import { renderAuditText } from '../text/render-audit-text.ts';
import { renderText } from '../text/render-text.ts';
import { renderDnsText } from '../text/render-dns-text.ts';
import { renderTraceText } from '../text/render-trace-text.ts';
import { visibleLength } from '../text/visible-length.ts';
import * as answers from './diagnoses.ts';

const terminal: StyleOptions = { width: 80, hasColour: false, isAscii: false };
const plain = createStyle(terminal);
const verbose = createStyle({ ...terminal, isVerbose: true });

// `npm run generate` writes these files anew; read the difference before it is committed.
const golden: Readonly<Record<string, string>> = {
  'healthy.txt': renderText(answers.healthy, plain),
  'degraded.txt': renderText(answers.degraded, plain),
  'degraded-ascii.txt': renderText(answers.degraded, createStyle({ ...terminal, isAscii: true })),
  'degraded-verbose.txt': renderText(answers.degraded, verbose),
  'degraded-wide.txt': renderText(answers.degraded, createStyle({ ...terminal, width: 120 })),
  'degraded-narrow.txt': renderText(answers.degraded, createStyle({ ...terminal, width: 48 })),
  'unknown.txt': renderText(answers.unknown, plain),
  'audit.txt': renderAuditText(answers.audit, plain),
  'trace.txt': renderTraceText(answers.trace, plain),
  'trace-verbose.txt': renderTraceText(answers.trace, verbose),
  'degraded-short.txt': renderShort(answers.degraded, plain),
  'audit-short.txt': renderAuditShort(answers.audit, plain),
  'degraded-line.txt': renderLines(answers.degraded),
  'audit-line.txt': renderAuditLines(answers.audit.services, answers.audit.notChecked),
  'dns.txt': renderDnsText(answers.dns, plain),
  'dns-line.txt': renderDnsLines(answers.dns),
  'trace-line.txt': renderTraceLines(answers.trace),
};

describe('golden reports', () => {
  it.each(Object.entries(golden))('%s', async (name, text) => {
    await expect(text).toMatchFileSnapshot(`./${name}`);
  });
});

describe('renderText', () => {
  it('is no wider than the terminal, but for names, rules and commands that must stay whole', () => {
    const wide = golden['degraded.txt']?.split('\n').filter((line) => visibleLength(line) > 80);
    expect(wide).toEqual([]);
  });

  it('says the same with colour as without', () => {
    const coloured = renderText(answers.degraded, createStyle({ ...terminal, hasColour: true }));
    expect(coloured).toContain('\u001b[');
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(golden['degraded.txt']);
  });

  it('shows ASCII only where the terminal can show no more', () => {
    expect(golden['degraded-ascii.txt']).toMatch(/^[\x20-\x7e\n]*$/);
  });

  it('lets no control character of a log reach the terminal', () => {
    const text = renderText({ ...answers.healthy, headline: 'a\u001b[2Jb\u0007' }, plain);
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });

  it('shows many nodes in few columns, the ones that differ first', () => {
    const paths = Array.from({ length: 100 }, (_, index) => {
      const [like] = answers.healthy.paths;
      if (like === undefined) throw new Error('no path');
      const node = `node-${index}`;
      return index === 42 ? { ...like, node, state: 'fails' as const } : { ...like, node };
    });
    const text = renderText({ ...answers.degraded, paths }, plain);
    expect(text).toContain('node-42  node-0 +98');
    expect(Math.max(...text.split('\n').map(visibleLength))).toBeLessThanOrEqual(80);
  });
});

describe('renderLines', () => {
  it('says nothing of a Service of which all was seen and nothing is wrong', () => {
    expect(renderLines(answers.healthy)).toBe('');
  });

  it('keeps one finding on one line whatever a log holds', () => {
    const [cause] = answers.degraded.causes;
    if (cause === undefined) throw new Error('no cause');
    const lines = renderLines({ ...answers.healthy, causes: [{ ...cause, summary: 'a\nb' }] });
    expect(lines.split('\n')).toHaveLength(2);
  });
});

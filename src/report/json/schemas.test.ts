import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import * as answers from '../golden/diagnoses.ts';
import { auditDocument, checkDocument, dnsDocument, explainDocument, traceDocument } from './contract.ts';
import {
  renderAuditJson,
  renderCheckJson,
  renderDnsJson,
  renderExplainJson,
  renderTraceJson,
} from './render-json.ts';

const contracts = {
  check: checkDocument,
  audit: auditDocument,
  trace: traceDocument,
  dns: dnsDocument,
  explain: explainDocument,
};

function schemaOf(name: keyof typeof contracts): object {
  return {
    $id: `urn:kubeplumb:schema:${name}:v1`,
    title: `plumb ${name} -o json`,
    ...z.toJSONSchema(contracts[name]),
  };
}

const explained = [
  { id: 'a/b', asserts: 'all is well', faults: ['S01'], needs: ['service'], page: '# a/b\n' },
];
const documents: readonly [keyof typeof contracts, string][] = [
  ['check', renderCheckJson(answers.healthy)],
  ['check', renderCheckJson(answers.degraded)],
  ['check', renderCheckJson(answers.unknown)],
  ['audit', renderAuditJson(answers.audit)],
  ['trace', renderTraceJson(answers.trace)],
  ['dns', renderDnsJson(answers.dns)],
  ['explain', renderExplainJson(explained)],
];

describe('shipped JSON Schemas', () => {
  it.each(['check', 'audit', 'trace', 'dns', 'explain'] as const)(
    'schemas/%s.v1.schema.json is current',
    async (name) => {
      const text = `${JSON.stringify(schemaOf(name), undefined, 2)}\n`;
      await expect(text).toMatchFileSnapshot(`../../../schemas/${name}.v1.schema.json`);
    },
  );

  it.each(documents)('%s document number %# is valid', (name, document) => {
    const ajv = new Ajv2020();
    expect(ajv.validate(schemaOf(name), JSON.parse(document)), ajv.errorsText()).toBe(true);
  });

  it('refuses a document without verdict, and one with a member that the contract does not name', () => {
    const ajv = new Ajv2020();
    const document = JSON.parse(renderCheckJson(answers.healthy)) as Record<string, unknown>;
    const isValid = ajv.compile(schemaOf('check'));
    expect(isValid(document)).toBe(true);
    expect(isValid({ ...document, verdict: undefined })).toBe(false);
    expect(isValid({ ...document, extra: 1 })).toBe(false);
  });
});

describe('counts', () => {
  it('add up over the Services of an audit', () => {
    const { counts } = JSON.parse(renderAuditJson(answers.audit)) as { counts: Record<string, number> };
    expect(counts).toMatchObject({
      services: 4,
      degraded: 2,
      healthy: 1,
      unknown: 1,
      causes: 2,
      packets: 96,
      nodes: 3,
    });
  });
});

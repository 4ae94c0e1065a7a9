import * as z from 'zod';
import type {
  AuditDocument,
  CheckDocument,
  DnsDocument,
  ExplainDocument,
  TraceDocument,
} from './documents.ts';

// What `-o json` prints, as others build on it. Members are only ever added; a change of meaning makes a new version.
// The JSON Schemas under schemas/ are generated from here, and a test holds every renderer against them.

const share = z
  .tuple([z.number().min(0).max(1), z.number().min(0).max(1)])
  .describe('A share of connections, [min, max]; one number twice where nothing is unknown.');

const verdict = z.enum(['healthy', 'degraded', 'broken', 'unknown']);

const evidence = z.object({
  source: z.string().describe('The file or command.'),
  location: z.string().exactOptional().describe('The line or JSON path.'),
  text: z.string().describe('What stands there.'),
});

const remedy = z.object({ text: z.string(), commands: z.array(z.string()) });

const cause = z.object({
  check: z.string(),
  faults: z.array(z.string()),
  subject: z.string(),
  nodes: z.array(z.string()),
  proof: z.enum(['repaired', 'consistent', 'suspected']),
  proofText: z.string().exactOptional(),
  share,
  summary: z.string(),
  evidence: z.array(evidence),
  remedy,
});

const finding = z.object({
  check: z.string(),
  faults: z.array(z.string()),
  severity: z.enum(['error', 'warning', 'info']),
  follows: z.string().describe('The check of the cause that this is gone with.').exactOptional(),
  subject: z.string(),
  node: z.string().exactOptional(),
  frontend: z.string().exactOptional(),
  vantage: z.string().exactOptional(),
  summary: z.string(),
  evidence: z.array(evidence),
  remedy: remedy.exactOptional(),
});

const gap = z.object({
  what: z.string(),
  why: z.string(),
  unlock: z.string().describe('The smallest right or command that would change that.'),
  node: z.string().exactOptional(),
});

const path = z.object({
  service: z.string().describe('namespace/name.'),
  frontend: z.string(),
  frontendKind: z.string(),
  vantage: z.string(),
  client: z.string(),
  node: z.string(),
  state: z.enum(['works', 'fails', 'partly', 'as-promised-denied', 'unknown']),
  works: share,
  outcomes: z.array(
    z.object({
      destination: z.string(),
      pod: z.string().exactOptional(),
      result: z.string(),
      probability: share,
      sourceNat: z.string(),
      decidedBy: z.string().exactOptional(),
    }),
  ),
  steps: z.array(z.string()),
});

const counts = z.object({
  causes: z.int(),
  errors: z.int(),
  warnings: z.int(),
  infos: z.int(),
  notChecked: z.int(),
  packets: z.int(),
  nodes: z.int(),
  endpoints: z.int(),
  checksPassed: z.int(),
  checksFailed: z.int(),
  checksUnknown: z.int(),
});

/** `plumb svc/NAME -o json`: the answer about one Service. */
export const checkDocument: z.ZodType<CheckDocument> = z.object({
  schema: z.literal('plumb/check/v1'),
  verdict,
  subject: z.string(),
  headline: z.string(),
  causes: z.array(cause),
  findings: z.array(finding),
  notChecked: z.array(gap),
  paths: z.array(path),
  checklist: z.array(
    z.object({
      area: z.string(),
      status: z.enum(['ok', 'problem', 'warning', 'unknown', 'not-applicable']),
      text: z.string(),
    }),
  ),
  counts,
});

/** `plumb audit -o json`: the answer about many Services. Causes, findings and paths of all stand together. */
export const auditDocument: z.ZodType<AuditDocument> = z.object({
  schema: z.literal('plumb/audit/v1'),
  verdict,
  subject: z.string(),
  causes: z.array(cause),
  findings: z.array(finding),
  notChecked: z.array(gap),
  paths: z.array(path),
  services: z.array(z.object({ subject: z.string(), verdict, headline: z.string() })),
  counts: counts.extend({
    services: z.int(),
    healthy: z.int(),
    degraded: z.int(),
    broken: z.int(),
    unknown: z.int(),
  }),
});

const rule = z.object({
  node: z.string(),
  family: z.string(),
  table: z.string(),
  chain: z.string(),
  rule: z.string(),
  source: z.string(),
  line: z.int().describe('1-based in `source`; 0 where the source has no lines.'),
});

/** `plumb trace -o json`: where one packet ends and which rules decide. */
export const traceDocument: z.ZodType<TraceDocument> = z.object({
  schema: z.literal('plumb/trace/v1'),
  verdict,
  packet: z.object({
    source: z.string(),
    sourcePort: z.int().exactOptional(),
    destination: z.string(),
    destinationPort: z.int().exactOptional(),
    protocol: z.string(),
    node: z.string(),
    client: z.string(),
  }),
  outcomes: z
    .array(
      z.object({
        probability: share,
        result: z.string(),
        destination: z.string(),
        endpoint: z.string().exactOptional(),
        pod: z.string().exactOptional(),
        sourceNat: z.string().describe('`none`, `masquerade`, or an address.'),
        decidedBy: rule.exactOptional(),
        notes: z.array(z.string()),
        steps: z.array(
          z.object({ node: z.string(), stage: z.string(), text: z.string(), rule: rule.exactOptional() }),
        ),
        unknowns: z.array(z.object({ text: z.string(), rule: rule.exactOptional() })),
      }),
    )
    .describe('Sorted by destination; the probabilities sum to 1.'),
  notChecked: z.array(gap),
});

/** `plumb dns -o json`: what a name should answer to a client, and what servers answer. */
export const dnsDocument: z.ZodType<DnsDocument> = z.object({
  schema: z.literal('plumb/dns/v1'),
  verdict,
  name: z.string(),
  client: z.string(),
  headline: z.string(),
  resolver: z.object({
    nameservers: z.array(z.string()),
    search: z.array(z.string()),
    ndots: z.int(),
    because: z.string(),
  }),
  tries: z
    .array(
      z.object({
        name: z.string(),
        type: z.string(),
        expected: z.object({
          by: z.enum(['cluster', 'upstream']),
          rcode: z.string(),
          records: z.array(z.string()),
          because: z.string(),
        }),
        answers: z.array(
          z.object({
            server: z.string(),
            protocol: z.string(),
            from: z.string(),
            outcome: z.string(),
            rcode: z.string().exactOptional(),
            records: z.array(z.string()),
            latencyMs: z.number().exactOptional(),
            problem: z.string().exactOptional(),
          }),
        ),
      }),
    )
    .describe('In the order of the client, which stops at the first name that exists.'),
  corefile: z.array(z.string()),
  notChecked: z.array(gap),
});

/** `plumb explain -o json`: the checks with their pages. */
export const explainDocument: z.ZodType<ExplainDocument> = z.array(
  z.object({
    id: z.string(),
    asserts: z.string(),
    faults: z.array(z.string()),
    needs: z.array(z.string()),
    page: z.string().describe('Markdown.'),
  }),
);

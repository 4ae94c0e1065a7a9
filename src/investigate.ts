import { checks } from './checks/all-checks.ts';
import type { Subject } from './checks/check.ts';
import { runChecks } from './checks/run-checks.ts';
import type { Audit } from './diagnosis/audit.ts';
import { diagnose } from './diagnosis/diagnose.ts';
import { gapsOfWorld } from './diagnosis/not-checked/gaps-of-world.ts';
import type { Diagnosis } from './diagnosis/diagnosis.ts';
import { withDns, withTarget } from './diagnosis/with-dns.ts';
import type { ExplainedCheck } from './diagnosis/explained-check.ts';
import type { DnsAnswer } from './diagnosis/dns-answer.ts';
import type { TraceAnswer } from './diagnosis/trace-answer.ts';
import { walk } from './dataplane/walk/walk.ts';
import { assumeNodeAddress } from './investigate/assume-node-address.ts';
import { answerTrace } from './investigate/answer-trace.ts';
import { answerDns } from './investigate/answer-dns.ts';
import { otherConnections } from './investigate/other-connections.ts';
import { packetOf } from './investigate/packet-of.ts';
import type {
  AuditQuestion,
  AuditShare,
  DnsQuestion,
  ServiceQuestion,
  TraceQuestion,
} from './investigate/questions.ts';
import type { Gap } from './model/evidence.ts';
import { findService, needAudited, subjectOf } from './investigate/subject-of.ts';
import { summariseAudit } from './investigate/summarise-audit.ts';
import type { Snapshot } from './snapshot/snapshot.ts';
import { auditWorld } from './verify/audit-world.ts';
import type { Verification } from './verify/discrepancy.ts';
import { overruleByProbes } from './verify/overrule-by-probes.ts';
import { verifyService } from './verify/verify-service.ts';
import { findDnsService } from './world/find-dns-service.ts';
import { targetServiceOf } from './world/target-service-of.ts';
import { buildWorld } from './world/build-world.ts';
import type { World } from './world/world.ts';

// The pipeline, spelled out once: snapshot → world → verify → checks → diagnosis. Every shell calls it.

/** How much to keep. */
export interface InvestigateOptions {
  /** Keeps each step of every walk; costs time. */
  readonly isVerbose?: boolean;
}

/** Why a Service does not work. Throws a `UserError` where the question has no subject in what was read. */
export function investigateService(
  snapshot: Snapshot,
  question: ServiceQuestion,
  options: InvestigateOptions = {},
): Diagnosis {
  const world = buildWorld(snapshot);
  const subject = subjectOf(world, question);
  const verifications = verifySubject(world, subject, options.isVerbose);
  const own = judgeWithTarget(world, subject, verifications);
  const dns = findDnsService(world);
  // Clients that dial a name need the cluster's DNS Service too; a Service that is not there needs nothing first.
  if (dns === undefined || subject.service === undefined || dns === subject.service) return own;
  const { namespace, name } = dns.metadata;
  const clients = verifications.map(({ expectation }) => expectation.vantage);
  // Names need port 53 only; other ports (metrics) may well be of no use to clients.
  const asked: Subject = {
    namespace,
    name,
    service: dns,
    port: 53,
    from: subject.from ?? { clients, clientsOf: `${subject.namespace}/${subject.name}` },
  };
  return withDns(own, judge(world, asked, verifySubject(world, asked)));
}

/** What an audit says of single Services, and what was not seen whatever Service is asked about. */
export interface AuditPart {
  readonly services: readonly Diagnosis[];
  readonly ofCluster: readonly Gap[];
}

/** What differs from the promise, over all Services asked about. Throws a `UserError` where none was read. */
export function auditCluster(snapshot: Snapshot, question: AuditQuestion): Audit {
  return joinAudit(question, [auditPart(snapshot, question)]);
}

/** The parts of one audit as one answer, in whatever order they came. */
export function joinAudit(question: AuditQuestion, parts: readonly AuditPart[]): Audit {
  return summariseAudit(
    question,
    parts.flatMap(({ services }) => services),
    parts[0]?.ofCluster ?? [],
  );
}

/** The audit of `share` of the Services asked about, all where none is given. Plain data: it may come from another thread. Throws as `auditCluster`. */
export function auditPart(snapshot: Snapshot, question: AuditQuestion, share?: AuditShare): AuditPart {
  const world = buildWorld(snapshot);
  needAudited(world, question);
  const { namespace, labels } = question;
  const filter = {
    ...(namespace === undefined ? {} : { namespace }),
    ...(labels === undefined ? {} : { labels: labels.query }),
    ...(share === undefined ? {} : { share }),
  };
  const services: Diagnosis[] = [];
  for (const { service, verifications } of auditWorld(world, filter)) {
    const { namespace: own, name } = service.metadata;
    const subject: Subject = { namespace: own, name, service, isOneOfMany: true };
    services.push(judgeWithTarget(world, subject, overruleByProbes(world, verifications)));
  }
  return { services, ofCluster: gapsOfWorld(world) };
}

/** Where a packet ends and which rules decide. Throws a `UserError` where its ends are not in what was read. */
export function tracePacket(snapshot: Snapshot, question: TraceQuestion): TraceAnswer {
  const world = buildWorld(snapshot);
  const { vantage, packet, client } = packetOf(world, question);
  const assumed = assumeNodeAddress(world, packet, vantage.node);
  const trace = walk(assumed?.network ?? world.network, vantage, packet, {
    verbose: true,
    // An address that is asked for is one that a program has bound.
    keepSource: question.source.kind === 'address',
  });
  const others = otherConnections(world, vantage.node, trace);
  return answerTrace(world, {
    client,
    vantage,
    trace,
    beyond: [...(assumed === undefined ? [] : [assumed.gap]), ...(others === undefined ? [] : [others])],
  });
}

/** What a name should answer to a client, and what servers answered. Throws a `UserError` where the client is not in what was read. */
export function lookUpName(snapshot: Snapshot, question: DnsQuestion): DnsAnswer {
  return answerDns(buildWorld(snapshot), question);
}

/** All checks, by id, without their pages. */
export function explainChecks(): Omit<ExplainedCheck, 'page'>[] {
  return [...checks]
    .map(({ id, asserts, faults, needs }) => ({ id, asserts, faults, needs }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** An ExternalName that names a Service of this cluster works as that one does. */
function judgeWithTarget(world: World, subject: Subject, verifications: readonly Verification[]): Diagnosis {
  const own = judge(world, subject, verifications);
  const target = subject.service && targetServiceOf(world, subject.service);
  if (target === undefined || target === subject.service) return own;
  const { namespace, name } = target.metadata;
  const { from, isOneOfMany } = subject;
  const asked: Subject = {
    namespace,
    name,
    service: target,
    ...(from ? { from } : {}),
    ...(isOneOfMany ? { isOneOfMany } : {}),
  };
  return withTarget(own, judge(world, asked, verifySubject(world, asked)));
}

function judge(world: World, subject: Subject, verifications: readonly Verification[]): Diagnosis {
  const results = runChecks({ world, subject, verifications });
  return diagnose({ world, subject, verifications, results, reverify: (of) => verifySubject(of, subject) });
}

/** The subject's paths in `world`. The Service is looked up anew: a repair may have put another in its place. */
function verifySubject(world: World, subject: Subject, verbose: boolean = false): readonly Verification[] {
  const service = findService(world, subject.namespace, subject.name);
  return service === undefined
    ? []
    : overruleByProbes(world, verifyService(world, service, subject, { verbose }));
}

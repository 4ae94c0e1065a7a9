import { parentPort, workerData } from 'node:worker_threads';
import { auditPart } from '../investigate.ts';
import type { AuditTask } from './audit-in-parts.ts';

// Judges its share of the Services, and ends.
const { snapshot, question, share } = workerData as AuditTask;
parentPort?.postMessage(auditPart(snapshot, question, share));

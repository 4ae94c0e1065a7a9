import { type LabelQuery, matchesLabelQuery } from '../model/label-query.ts';
import type { Service } from '../world/kubernetes/objects.ts';
import type { World } from '../world/world.ts';
import type { Verification } from './discrepancy.ts';
import { verifyService } from './verify-service.ts';

/** Which Services to audit; absent members ask for all. */
export interface AuditFilter {
  readonly namespace?: string;
  readonly labels?: LabelQuery;
  /** Every `of`-th of them, from number `index` on. */
  readonly share?: { readonly index: number; readonly of: number };
}

/** One Service with all that was verified of it. */
export interface AuditedService {
  readonly service: Service;
  readonly verifications: readonly Verification[];
}

/** Verifies every Service that `filter` lets through, in the order they were read, one at a time: large worlds do not fit in memory. */
export function* auditWorld(world: World, filter: AuditFilter = {}): Generator<AuditedService> {
  let number = 0;
  for (const service of world.services) {
    const { namespace, labels } = service.metadata;
    if (filter.namespace !== undefined && namespace !== filter.namespace) continue;
    if (filter.labels !== undefined && !matchesLabelQuery(filter.labels, labels)) continue;
    const isOurs = filter.share === undefined || number % filter.share.of === filter.share.index;
    number++;
    if (!isOurs) continue;
    yield { service, verifications: verifyService(world, service) };
  }
}

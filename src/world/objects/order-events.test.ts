import { expect, it } from 'vitest';
import type { KubernetesEvent } from '../kubernetes/objects.ts';
import { orderEvents } from './order-events.ts';

const at = (second: number): string => `2026-11-24T00:47:${String(second).padStart(2, '0')}Z`;
const event = (name: string, more: Partial<KubernetesEvent>): KubernetesEvent => ({
  kind: 'Event',
  metadata: { name, namespace: 'shop', creationTimestamp: at(1) },
  ...more,
});

it('orders events by when each was seen last, however that is said', () => {
  const events = [
    event('counted', { lastTimestamp: at(40) }),
    event('series', { eventTime: at(2), series: { lastObservedTime: at(30) } }),
    event('once', { eventTime: at(20) }),
    event('made', {}),
    { ...event('untold', {}), metadata: { name: 'untold', namespace: 'shop' } },
  ];
  const names = orderEvents(events).map(({ metadata }) => metadata.name);
  expect(names).toEqual(['untold', 'made', 'once', 'series', 'counted']);
});

import { describe, expect, it } from 'vitest';
import { pod } from '../cluster-fixture.ts';
import { proveCheck, worldOf } from '../prove-check-fixture.ts';
import { clientMusl } from './client-musl.ts';

const running = (image: string) => ({
  pods: [pod('client', {}, { containers: [{ name: 'app', image }] })],
  subject: { from: { pod: 'shop/client' } },
});

describe('dns/client-musl', () => {
  proveCheck(clientMusl, {
    healthy: running('alpine:3.18'),
    broken: running('registry.example/node:18-alpine3.16'),
    problem: {
      severity: 'info',
      subject: 'Pod shop/client',
      share: [0, 0],
      summary: /^shop\/client resolves names by the musl of Alpine 3\.16 \(container app\)/,
    },
    blind: { services: [] },
  });
});

it.each([
  ['alpine:3.9.6', 1],
  ['docker.io/library/alpine:3.17', 1],
  ['nginx:1.25-alpine3.17-slim', 1],
  ['nginx:1.25-alpine', 0],
  ['alpine:latest', 0],
  ['python:3.9-slim', 0],
  ['golang:1.22-alpine3.20', 0],
])('%s', (image, count) => {
  const { subject, ...cluster } = running(image);
  const input = {
    world: worldOf(cluster),
    subject: { namespace: 'shop', name: 'web', ...subject },
    verifications: [],
  };
  expect([...clientMusl.run(input)]).toHaveLength(count);
});

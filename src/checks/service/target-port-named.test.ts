import { describe, expect, it } from 'vitest';
import { service, webCluster } from '../cluster-fixture.ts';
import { proveCheck, worldOf } from '../prove-check-fixture.ts';
import { targetPortNamed } from './target-port-named.ts';

const leadingTo = (targetPort: string) => ({
  ...webCluster,
  services: [service({ ports: [{ port: 80, targetPort }] })],
});

describe('service/target-port-named', () => {
  proveCheck(targetPortNamed, {
    healthy: leadingTo('http'),
    broken: leadingTo('htpp'),
    problem: {
      severity: 'error',
      faults: ['S04'],
      summary: /"htpp" is the name of no TCP port .* they declare http = 8080/,
    },
    blind: { services: [service()] },
  });
});

describe('service/target-port-named, a number in quotes', () => {
  proveCheck(targetPortNamed, {
    healthy: leadingTo('http'),
    broken: leadingTo('8080'),
    problem: { faults: ['S05', 'S04'], summary: /in quotes a number is a name/ },
    blind: { services: [service()] },
  });
});

it('repairs one port on top of another', () => {
  const ports = [
    { name: 'a', port: 80, targetPort: 'a' },
    { name: 'b', port: 81, targetPort: 'b' },
  ];
  const world = worldOf({ ...webCluster, services: [service({ ports })] });
  const [own] = world.services;
  const found = [
    ...targetPortNamed.run({
      world,
      verifications: [],
      subject: { namespace: 'shop', name: 'web', ...(own ? { service: own } : {}) },
    }),
  ];
  const repaired = found.reduce((before, { repair }) => repair?.(before) ?? before, world);
  expect(repaired.services[0]?.spec.ports?.map(({ targetPort }) => targetPort)).toEqual([8080, 8080]);
});

import { describe, expect, it } from 'vitest';
import { service, worldOf } from '../investigate/world-fixture.ts';
import { withServicesNear } from './services-near.ts';

const web = service('shop', 'web');
const claims = (name: string, spec: object) => {
  const other = service('shop', name);
  return {
    ...other,
    spec: { ...other.spec, clusterIPs: [`10.96.7.${name.length}`], ...spec },
  };
};

describe('withServicesNear', () => {
  it('keeps the Service, and those that claim an address or node port of it', () => {
    const own = {
      ...web,
      spec: { ...web.spec, externalIPs: ['192.0.2.7'], ports: [{ port: 80, nodePort: 30080 }] },
    };
    const rival = claims('rival', { externalIPs: ['192.0.2.7'] });
    const twin = claims('a-twin', { ports: [{ port: 81, nodePort: 30080 }] });
    const stranger = claims('stranger', { externalIPs: ['192.0.2.8'] });
    const { services } = withServicesNear(worldOf({ services: [own, rival, twin, stranger] }), own);
    expect(services.map(({ metadata }) => metadata.name)).toEqual(['web', 'rival', 'a-twin']);
  });
});

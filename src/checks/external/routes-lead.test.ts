import { describe } from 'vitest';
import { service } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { routesLead } from './routes-lead.ts';

const meta = { namespace: 'shop', name: 'site' };
const ingress = (name: string, port: object): object => ({
  metadata: meta,
  spec: {
    rules: [{ host: 'a.example', http: { paths: [{ path: '/', backend: { service: { name, port } } }] } }],
  },
});
const route = (backend: object): object => ({
  metadata: meta,
  spec: { rules: [{ backendRefs: [backend] }] },
});
const services = [service()];
const blind = { ingresses: [] };

describe('external/routes-lead, the port of an Ingress', () => {
  proveCheck(routesLead, {
    healthy: { services, ingresses: [ingress('web', { name: 'http' }), ingress('web', { number: 80 })] },
    broken: { services, ingresses: [ingress('web', { number: 8080 })] },
    problem: {
      severity: 'warning',
      subject: 'Ingress shop/site',
      summary: /leads to port 8080 of shop\/web, which is the targetPort behind its port 80/,
    },
    blind,
  });
});

describe('external/routes-lead, the name of an Ingress', () => {
  proveCheck(routesLead, {
    healthy: {
      services,
      ingresses: [
        ingress('web', { number: 80 }),
        ingress('metrics', { number: 80 }),
        ingress('wab', { name: 'use-annotation' }),
      ],
    },
    broken: { services, ingresses: [ingress('wab', { number: 80 })] },
    problem: { summary: /leads to Service shop\/wab, which does not exist \(did you mean web\?\)/ },
    blind,
  });
});

describe('external/routes-lead, an HTTPRoute', () => {
  proveCheck(routesLead, {
    healthy: {
      services,
      httproutes: [
        route({ name: 'web', port: 80 }),
        route({ group: 'example.io', kind: 'Bucket', name: 'web', port: 9 }),
        route({ namespace: 'other', name: 'web', port: 81 }),
      ],
    },
    broken: { services, httproutes: [route({ name: 'web', port: 81 })] },
    problem: { subject: 'HTTPRoute shop/site', summary: /port 81 of shop\/web, which has 80 \(http\)/ },
    blind,
  });
});

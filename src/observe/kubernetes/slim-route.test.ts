import { expect, it } from 'vitest';
import { slimRoute } from './slim-route.ts';

it('keeps what an Ingress leads to, and no host, path, certificate or annotation', () => {
  const backend = { service: { name: 'web', port: { number: 80 } } };
  const slim = slimRoute({
    metadata: { name: 'site', namespace: 'shop', annotations: { owner: 'x' } },
    spec: {
      tls: [{ hosts: ['a.example'], secretName: 'cert' }],
      defaultBackend: backend,
      rules: [{ host: 'a.example', http: { paths: [{ path: '/a', pathType: 'Prefix', backend }] } }],
    },
  });
  expect(JSON.parse(JSON.stringify(slim))).toEqual({
    metadata: { name: 'site', namespace: 'shop' },
    spec: { defaultBackend: backend, rules: [{ http: { paths: [{ backend }] } }] },
  });
});

it('keeps the references of an HTTPRoute', () => {
  const spec = {
    hostnames: ['a.example'],
    rules: [{ matches: [{}], backendRefs: [{ name: 'web', port: 80 }] }],
  };
  const slim = slimRoute({ metadata: { name: 'site', namespace: 'shop' }, spec });
  expect(JSON.parse(JSON.stringify(slim))).toEqual({
    metadata: { name: 'site', namespace: 'shop' },
    spec: { rules: [{ backendRefs: [{ name: 'web', port: 80 }] }] },
  });
});

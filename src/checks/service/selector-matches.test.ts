import { describe } from 'vitest';
import { dns, pod, service, webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { selectorMatches } from './selector-matches.ts';

describe('service/selector-matches', () => {
  proveCheck(selectorMatches, {
    healthy: webCluster,
    broken: { ...webCluster, services: [service({ selector: { app: 'web', tier: 'front' } })] },
    problem: {
      severity: 'error',
      faults: ['S01', 'E02'],
      summary: /asks for tier: front \(the pods have no such label\); the pods of Pod web-1 match the rest/,
    },
    blind: { services: [service()] },
  });
});

describe('service/selector-matches, a key that was renamed', () => {
  proveCheck(selectorMatches, {
    healthy: webCluster,
    broken: { ...webCluster, pods: [pod('web-1', {}, {}, { labels: { run: 'web' } })] },
    problem: {
      summary: /asks for app: web/,
      remedy: {
        text: 'select what the pods have, or give the pods the label in the template of Pod web-1',
        commands: [
          `kubectl -n shop patch service web --type=merge -p '{"spec":{"selector":{"app":null,"run":"web"}}}'`,
        ],
      },
    },
    blind: { services: [service()] },
  });
});

describe('service/selector-matches, pods of another application only', () => {
  const other = pod(
    'db-1',
    {},
    { containers: [{ name: 'db', ports: [{ containerPort: 5432 }] }] },
    { labels: { app: 'db' } },
  );
  proveCheck(selectorMatches, {
    healthy: webCluster,
    broken: { ...webCluster, pods: [other] },
    problem: { faults: ['S01', 'E02'], summary: /matches no pod in shop, and none comes near/ },
    blind: { services: [service()] },
  });
});

describe('service/selector-matches, a letter wrong in its only label', () => {
  const named = (name: string, containerPort: number): object =>
    pod(
      `${name}-1`,
      {},
      { containers: [{ name: 'app', ports: [{ containerPort }] }] },
      { labels: { app: name } },
    );
  proveCheck(selectorMatches, {
    healthy: webCluster,
    // Two others have the label's key as well.
    broken: {
      ...webCluster,
      services: [service({ selector: { app: 'wep' } })],
      pods: [named('echo', 7000), named('solo', 8080), named('web', 8080)],
    },
    problem: {
      faults: ['S01', 'E02'],
      summary: /asks for app: wep \(the pods have app: web\); the pods of Pod web-1 match the rest/,
    },
    blind: { services: [service()] },
  });
});

describe('service/selector-matches, other applications with the same port', () => {
  const named = (name: string): object => pod(name, {}, {}, { labels: { app: name } });
  const asking = { ...webCluster, services: [service({ selector: { app: 'nobody' } })] };
  proveCheck(selectorMatches, {
    healthy: webCluster,
    broken: { ...asking, pods: [named('solo'), named('echo')] },
    problem: { summary: /matches no pod in shop, and none comes near/ },
    blind: { services: [service()] },
  });
  proveCheck(selectorMatches, {
    healthy: webCluster,
    broken: { ...asking, pods: [named('solo')] },
    problem: { summary: /asks for app: nobody \(the pods have app: solo\)/ },
    blind: { services: [service()] },
  });
});

describe('service/selector-matches, pods that have ended', () => {
  proveCheck(selectorMatches, {
    healthy: { ...webCluster, pods: [pod(), pod('web-0', { phase: 'Failed' })] },
    broken: {
      ...webCluster,
      pods: [pod('web-0', { phase: 'Succeeded' }), pod('web-1', { phase: 'Failed' })],
    },
    problem: { faults: ['E02', 'S01'], summary: /has ended: web-0 \(Succeeded\), web-1 \(Failed\)/ },
    blind: { services: [service()] },
  });
});

describe('service/selector-matches, a DNS add-on that is gone', () => {
  const { services } = dns();
  const subject = { namespace: 'kube-system', name: 'kube-dns' };
  const proxy = {
    metadata: { name: 'kube-proxy-1', namespace: 'kube-system', labels: { 'k8s-app': 'kube-proxy' } },
    spec: { hostNetwork: true, containers: [{ name: 'kube-proxy' }] },
    status: { phase: 'Running' },
  };
  proveCheck(selectorMatches, {
    healthy: { ...dns(), deployments: [], subject },
    broken: { services, pods: [proxy], deployments: [], subject },
    problem: { faults: ['D06', 'S01'], summary: /the DNS add-on is missing/ },
    blind: { services, subject },
  });
});

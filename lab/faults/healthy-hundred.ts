import { type ApiObject, apply, list, patch, remove } from '../cluster/api.ts';
import type { Lab } from '../cluster/lab.ts';
import type { Layout } from '../cluster/layout.ts';
import { pause, slow, until } from '../machine/run.ts';
import { everyMode, type Fault } from './fault.ts';
import { handMadeSlice } from './planting/slices.ts';
import { podAddresses } from './planting/workload.ts';

type Spec = Readonly<Record<string, unknown>>;

const port = (number: number, more: Spec = {}): Spec => ({
  name: `p${number}`,
  port: number,
  targetPort: 8080,
  ...more,
});
const web = { selector: { app: 'web' }, ports: [port(80)] };
const solo = { selector: { app: 'solo' }, ports: [port(80)] };
const nobody = { selector: { app: 'nobody' }, ports: [port(80)] };
const udp = port(7000, { protocol: 'UDP', targetPort: 7000 });
const sticky = (timeoutSeconds: number): Spec => ({
  sessionAffinity: 'ClientIP',
  sessionAffinityConfig: { clientIP: { timeoutSeconds } },
});
const local = { externalTrafficPolicy: 'Local' };

/** Every kind of Service that kube-proxy writes different rules for; a load balancer's clients are those of the wire and some elsewhere. */
const kindsFor = (ranges: Spec): readonly Spec[] => [
  web,
  solo,
  { ...web, ports: [port(80), port(8000)] },
  { selector: { app: 'echo' }, ports: [udp] },
  {
    selector: { app: 'echo' },
    ports: [
      { ...udp, port: 53 },
      { ...port(53), name: 'tcp' },
    ],
  },
  { ...web, ...sticky(600) },
  { ...web, internalTrafficPolicy: 'Local' },
  { ...solo, internalTrafficPolicy: 'Local' },
  nobody,
  { ports: [port(80)] },
  { ...web, trafficDistribution: 'PreferSameZone' },
  { ...web, trafficDistribution: 'PreferSameNode' },
  { ...web, type: 'NodePort' },
  { ...solo, ...local, type: 'NodePort' },
  { selector: { app: 'echo' }, ports: [udp], type: 'NodePort' },
  { ...nobody, type: 'NodePort' },
  { ...web, ...ranges, type: 'LoadBalancer' },
  { ...web, ...local, type: 'LoadBalancer' },
  { ...nobody, type: 'LoadBalancer' },
  { ...web, type: 'ClusterIP' },
  { ...web, type: 'LoadBalancer' },
  { ...web, ...sticky(300), type: 'NodePort' },
  { ...web, ...local, ...ranges, ...sticky(900), type: 'LoadBalancer' },
];
/** Reached at external IPs. */
const EXTERNAL = 19;
/** The load balancer itself sends to NodePorts: its IP is not for kube-proxy. */
const BY_PROXY = 20;
const KINDS = 23;
const COUNT = 90;

function serviceAt({ layout }: Lab, index: number): ApiObject {
  const { wire, elsewhere } = layout;
  const kinds = kindsFor({ loadBalancerSourceRanges: [wire, elsewhere] });
  const kind: Spec = kinds[index % KINDS] ?? web;
  const type = kind['type'];
  const hasNodePorts = type === 'NodePort' || type === 'LoadBalancer';
  const ports = (kind['ports'] as Spec[]).map((each) =>
    hasNodePorts ? { ...each, nodePort: 30_100 + index } : each,
  );
  const more = index % KINDS === EXTERNAL ? { externalIPs: [addressAt(layout, index)] } : {};
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: nameAt(index), namespace: 'shop' },
    spec: { ...kind, ...more, ports },
  };
}

function nameAt(index: number): string {
  return `many-${String(index).padStart(2, '0')}`;
}

/** On the wire, where no machine has it. */
function addressAt({ controlPlane }: Layout, index: number): string {
  return controlPlane.replace(/1$/u, String(110 + index));
}

async function plant(lab: Lab): Promise<void> {
  const services = Array.from({ length: COUNT }, (_, index) => serviceAt(lab, index));
  const apps = await Promise.all(['web', 'solo', 'echo'].map((app) => podAddresses(lab, app)));
  const addresses = apps.flatMap((byPod) => [...byPod.values()]);
  const slices = services
    .filter(({ spec }) => (spec as Spec)['selector'] === undefined)
    .map(({ metadata: { name = '' } = {} }) =>
      handMadeSlice(`${name}-made`, { 'kubernetes.io/service-name': name }, addresses, {
        name: 'p80',
        port: 8080,
      }),
    );
  await apply([...services, ...slices]);
  for (const [index, { spec }] of services.entries()) {
    if ((spec as Spec)['type'] !== 'LoadBalancer') continue;
    const ipMode = index % KINDS === BY_PROXY ? 'Proxy' : 'VIP';
    const status = { loadBalancer: { ingress: [{ ip: addressAt(lab.layout, index), ipMode }] } };
    await patch('Service', 'shop', nameAt(index), { status }, { subresource: 'status' });
  }
  await until('slices of every Service', 60_000 * slow, async () => {
    const known = await list('discovery.k8s.io/v1', 'EndpointSlice', 'shop');
    const owners = new Set(known.map(({ metadata }) => metadata?.labels?.['kubernetes.io/service-name']));
    return services.every(({ metadata }) => owners.has(metadata?.name ?? ''));
  });
  await pause(5000 * slow);
}

/** Nothing is wrong, among a hundred Services of every kind. */
export const healthyHundred: Fault = {
  name: 'healthy-hundred',
  causes: [],
  modes: everyMode,
  text: 'Nothing is wrong: a hundred Services of every kind.',
  service: 'many-00',
  verdicts: ['healthy'],
  shows: [{ from: /./u, to: /./u, expect: 'works' }],
  plant,
  heal: async (lab) => {
    const slices = await list('discovery.k8s.io/v1', 'EndpointSlice', 'shop');
    for (const each of slices) {
      if (each.metadata?.labels?.['kubernetes.io/service-name']?.startsWith('many-')) await remove(each);
    }
    for (let index = 0; index < COUNT; index++) await remove(serviceAt(lab, index));
  },
};

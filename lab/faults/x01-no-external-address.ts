import { patch } from '../cluster/api.ts';
import { everyMode, type Fault } from './fault.ts';

const ingress = (list: readonly object[]): object => ({ status: { loadBalancer: { ingress: list } } });

/** No controller gave the load balancer an address. */
export const noExternalAddress: Fault = {
  name: 'x01-no-external-address',
  causes: ['X01'],
  modes: everyMode,
  text: 'The load balancer of `web-lb` has no address: no controller assigned one. Its ClusterIP and NodePort work.',
  service: 'web-lb',
  verdicts: ['degraded', 'healthy'],
  shows: [{ from: /node/u, to: /^web-lb$/u, expect: 'works' }],
  plant: () => patch('Service', 'shop', 'web-lb', ingress([]), { subresource: 'status' }),
  heal: (lab) =>
    patch('Service', 'shop', 'web-lb', ingress([{ ip: lab.layout.loadBalancer, ipMode: 'VIP' }]), {
      subresource: 'status',
    }),
};

import { apply } from '../cluster/api.ts';
import { kubeDns } from '../cluster/coredns.ts';
import { everyMode, type Fault } from './fault.ts';

/** The DNS Service has no UDP port. */
export const dnsWithoutUdp: Fault = {
  name: 'd18-dns-without-udp',
  causes: ['D18'],
  modes: everyMode,
  text: 'Service kube-dns has port 53/TCP only: lookups, which use UDP, get no answer.',
  service: 'web',
  verdicts: ['degraded', 'broken'],
  shows: [
    { from: /^pod/u, to: /^name/u, expect: 'fails' },
    { from: /^pod/u, to: /^web$/u, expect: 'works' },
  ],
  plant: async (lab) => {
    const whole = kubeDns(lab.layout);
    const spec = whole['spec'] as { ports: { protocol: string }[] };
    await apply([{ ...whole, spec: { ...spec, ports: spec.ports.filter((p) => p.protocol === 'TCP') } }]);
  },
  heal: (lab) => apply([kubeDns(lab.layout)]),
};

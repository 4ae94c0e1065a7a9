import { corefile } from '../cluster/coredns.ts';
import { everyMode, type Fault } from './fault.ts';
import { installCorefile, restoreDns } from './planting/dns.ts';

/** CoreDNS forwards to itself. */
export const forwardingLoop: Fault = {
  name: 'd07-forwarding-loop',
  causes: ['D07', 'D06'],
  modes: everyMode,
  text: 'CoreDNS forwards to 127.0.0.1, itself; plugin `loop` sees it and ends the process again and again.',
  service: 'web',
  verdicts: ['degraded', 'broken'],
  shows: [
    { from: /^pod/u, to: /^name/u, expect: 'fails' },
    { from: /^pod/u, to: /^web$/u, expect: 'works' },
  ],
  plant: (lab) =>
    installCorefile(lab, corefile.replace('    cache 30', '    forward . 127.0.0.1\n    cache 30')),
  heal: (lab) => restoreDns(lab),
};

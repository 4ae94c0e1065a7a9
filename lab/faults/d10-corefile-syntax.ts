import { corefile } from '../cluster/coredns.ts';
import { everyMode, type Fault } from './fault.ts';
import { installCorefile, restoreDns } from './planting/dns.ts';

/** The Corefile cannot be read. */
export const corefileSyntax: Fault = {
  name: 'd10-corefile-syntax',
  causes: ['D10', 'D06'],
  modes: everyMode,
  text: 'The Corefile names a plugin that does not exist (`kuberneets`): CoreDNS ends at start.',
  service: 'web',
  verdicts: ['degraded', 'broken'],
  shows: [
    { from: /^pod/u, to: /^name/u, expect: 'fails' },
    { from: /^pod/u, to: /^web$/u, expect: 'works' },
  ],
  plant: (lab) => installCorefile(lab, corefile.replace('kubernetes cluster', 'kuberneets cluster')),
  heal: (lab) => restoreDns(lab),
};

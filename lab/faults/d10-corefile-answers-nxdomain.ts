import { corefile } from '../cluster/coredns.ts';
import { everyMode, type Fault } from './fault.ts';
import { installCorefile, restoreDns } from './planting/dns.ts';

/** A template in the Corefile answers NXDOMAIN for a namespace. */
export const corefileAnswersNxdomain: Fault = {
  name: 'd10-corefile-answers-nxdomain',
  causes: ['D10'],
  modes: everyMode,
  text: 'A `template` block in the Corefile answers NXDOMAIN for every name below `shop.svc.cluster.local`.',
  service: 'web',
  verdicts: ['degraded', 'broken'],
  shows: [
    { from: /^pod/u, to: /^name/u, expect: 'fails' },
    { from: /^pod/u, to: /^web$/u, expect: 'works' },
  ],
  plant: (lab) =>
    installCorefile(
      lab,
      corefile.replace(
        '    kubernetes cluster',
        '    template ANY ANY shop.svc.cluster.local {\n       rcode NXDOMAIN\n    }\n    kubernetes cluster',
      ),
    ),
  heal: (lab) => restoreDns(lab),
};

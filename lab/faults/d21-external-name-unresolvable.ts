import { everyMode, type Fault } from './fault.ts';

/** The target of an ExternalName Service cannot be resolved. */
export const externalNameUnresolvable: Fault = {
  name: 'd21-external-name-unresolvable',
  causes: ['D21'],
  modes: everyMode,
  text: 'Service `upstream` is an ExternalName for `db.example.net`, which the cluster DNS does not resolve (no forwarder).',
  service: 'upstream',
  verdicts: ['broken', 'degraded', 'unknown'],
  shows: [{ from: /^pod/u, to: /^name/u, expect: 'fails' }],
  plant: async () => undefined,
  heal: async () => undefined,
};

import fc from 'fast-check';

/** One port of a Service. */
export interface Port {
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
  readonly targetPort: number;
}

/** Some more often than others. */
const PROTOCOLS = ['TCP', 'TCP', 'TCP', 'UDP', 'SCTP'] as const;

/** One to three ports with names; a number may be there once for each protocol. */
export const randomPorts: fc.Arbitrary<Port[]> = fc
  .uniqueArray(
    fc.record({
      port: fc.oneof(fc.constantFrom(53, 80, 443), fc.integer({ min: 1, max: 65_000 })),
      protocol: fc.constantFrom(...PROTOCOLS),
      targetPort: fc.integer({ min: 1, max: 65_000 }),
    }),
    { minLength: 1, maxLength: 3, selector: ({ port, protocol }) => `${port} ${protocol}` },
  )
  .map((ports) => ports.map((port, index) => ({ name: `port-${index}`, ...port })));

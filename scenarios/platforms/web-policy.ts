import type { Changes } from '../changed-recording.ts';

/** The only NetworkPolicy: pods of `web` take what `rule` lets in. */
export function webPolicy(rule: object): Changes {
  return [
    [
      /networkpolicies\.json/,
      (text) =>
        JSON.stringify({
          ...(JSON.parse(text) as object),
          items: [
            {
              apiVersion: 'networking.k8s.io/v1',
              kind: 'NetworkPolicy',
              metadata: { name: 'web', namespace: 'shop' },
              spec: {
                podSelector: { matchLabels: { app: 'web' } },
                policyTypes: ['Ingress'],
                ingress: [rule],
              },
            },
          ],
        }),
    ],
  ];
}

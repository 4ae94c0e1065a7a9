import { expect, test } from 'vitest';
import { matchLog } from './log-patterns.ts';

test.each([
  [
    'K03',
    'E1123 19:09:10.453211 1 reflector.go:205] "Failed to watch" err="failed to list *v1.EndpointSlice: Unauthorized" logger="UnhandledError"',
  ],
  [
    'K04',
    'E1123 19:09:10.453211 1 reflector.go:205] "Failed to watch" err="failed to list *v1.Service: services is forbidden: User \\"system:serviceaccount:kube-system:kube-proxy\\" cannot list resource \\"services\\"',
  ],
  [
    'K07',
    'E1123 19:09:10.453211 1 server.go:127] "Error running ProxyServer" err="could not run nftables command: exec: \\"nft\\": executable file not found in $PATH"',
  ],
])('%s: %s', (fault, line) => {
  expect(matchLog(`I1123 19:09:09.1 1 server.go:1] started\n${line}\n`)[0]).toMatchObject({
    pattern: { fault },
    lastLine: 2,
  });
});

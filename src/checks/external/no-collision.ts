import { parseIp } from '../../model/address.ts';
import { nodeAddressesOf, nodeNamesOf } from '../../intent/nodes-of.ts';
import { type Check, defineCheck } from '../check.ts';

/** An external address of the Service is a node's own: connections to the node end at the Service, on every node in IPVS mode. */
export const noCollision: Check = defineCheck({
  id: 'external/no-collision',
  asserts: 'no external address of the Service is a node’s own',
  faults: ['R15', 'X09'],
  needs: ['service', 'nodes'],
  *run({ world, subject: { service } }) {
    if (!service) return;
    const claimed = [
      ...(service.spec.externalIPs ?? []),
      ...(service.status?.loadBalancer?.ingress ?? [])
        .filter(({ ipMode }) => ipMode !== 'Proxy')
        .map(({ ip }) => ip ?? ''),
    ];
    const isIpvs = [...world.kubeProxies.values()].some(
      ({ config, modesInKernel }) => config.mode === 'ipvs' || modesInKernel.includes('ipvs'),
    );
    for (const text of claimed) {
      const address = parseIp(text);
      if (address === undefined) continue;
      const node = nodeNamesOf(world).find((each) =>
        (['IPv4', 'IPv6'] as const).some((family) => nodeAddressesOf(world, each, family).includes(address)),
      );
      if (node === undefined) continue;
      const { namespace, name } = service.metadata;
      yield {
        severity: isIpvs ? 'error' : 'warning',
        subject: `Service ${namespace}/${name}`,
        node,
        ...(isIpvs ? { share: [0, 1] as const } : {}),
        faults: isIpvs ? ['R15', 'X09'] : ['X09', 'R15'],
        summary: `${text}, an external address of ${namespace}/${name}, is ${node}’s own${isIpvs ? ': in IPVS mode every node takes it for itself and talks to itself instead of that node' : ''}`,
        evidence: [{ ...world.locate(service, 'spec'), text: `external address ${text}` }],
        remedy: {
          text: 'use an address that no machine has',
          commands: [`kubectl -n ${namespace} get service ${name} -o yaml`],
        },
      };
    }
  },
});

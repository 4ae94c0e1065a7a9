import { apply, get, recreate, type ApiObject } from '../../cluster/api.ts';
import type { Lab } from '../../cluster/lab.ts';
import {
  clientPod,
  deployment,
  shopServices,
  type ServerChange,
  type ShopService,
} from '../../cluster/workload.ts';
import { pause } from '../../machine/run.ts';

/** Applies a Service of the shop with changes to its spec (and metadata). */
export async function changeService(
  name: ShopService,
  spec: Readonly<Record<string, unknown>>,
  metadata: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const original = shopServices[name];
  await apply([
    {
      ...original,
      metadata: { ...original.metadata, ...metadata },
      spec: { ...(original['spec'] as object), ...spec },
    },
  ]);
}

/** Applies the Service as the lab made it. */
export async function restoreService(name: ShopService): Promise<void> {
  await apply([shopServices[name]]);
}

/** Applies a Deployment of the shop with changes; its pods are replaced. */
export async function changeDeployment(name: 'web' | 'solo' | 'echo', change: ServerChange): Promise<void> {
  await apply([deployment(name, change)]);
}

/** Applies the Deployment as the lab made it and waits until it is Ready. */
export async function restoreDeployment(lab: Lab, name: 'web' | 'solo' | 'echo'): Promise<void> {
  await apply([deployment(name)]);
  await pause(1000);
  await lab.untilPodsReady(90_000);
}

/** The ClusterIP of a Service. */
export async function clusterIp(name: string, namespace: string = 'shop'): Promise<string> {
  const service = await get('v1', 'Service', namespace, name);
  return (service?.['spec'] as { clusterIP?: string } | undefined)?.clusterIP ?? '';
}

/** Addresses of the pods of an app in the shop, by node. */
export async function podAddresses(lab: Lab, app: string): Promise<Map<string, string>> {
  const pods = await lab.pods('shop', `app=${app}`);
  return new Map(pods.map((p) => [p.node, p.address]));
}

/** A Service of both families in the shop, in front of the pods of an app. */
export function bothFamilies(name: string, app: string): ApiObject {
  const ports = [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 8080 }];
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'shop' },
    spec: { selector: { app }, ipFamilyPolicy: 'RequireDualStack', ipFamilies: ['IPv4', 'IPv6'], ports },
  };
}

/** Makes the client pod of node-a anew, with changes to its spec, and waits until it is Ready. */
export async function replaceClient(lab: Lab, change: Readonly<Record<string, unknown>>): Promise<void> {
  const pod = clientPod(lab.node('node-a'));
  await lab.deletePod('shop', 'client-a');
  await recreate({ ...pod, spec: { ...(pod['spec'] as object), ...change } });
  await lab.untilPodsReady(60_000);
}

import type { Source } from '../../snapshot/snapshot.ts';
import { listed } from '../kubernetes/listed.ts';
import type { LiveSubject } from '../kubernetes/readings-of.ts';

/** Of a Service, what says where connections to it are tried. */
export interface ServiceObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly clusterIP?: string;
    readonly clusterIPs?: readonly string[];
    readonly externalIPs?: readonly string[];
    readonly ports?: readonly {
      readonly name?: string;
      readonly appProtocol?: string;
      readonly port: number;
      readonly nodePort?: number;
      readonly protocol?: string;
    }[];
  };
  readonly status?: {
    readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string }[] };
  };
}

/** Of an EndpointSlice, the same. */
export interface SliceObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly addressType?: string;
  readonly endpoints?:
    | readonly {
        readonly addresses?: readonly string[];
        readonly conditions?: { readonly ready?: boolean };
      }[]
    | null;
  readonly ports?:
    readonly { readonly name?: string; readonly port?: number; readonly protocol?: string }[] | null;
}

/** The addresses of the endpoints that are ready. */
export function readyAddressesOf({ endpoints }: SliceObject): string[] {
  return (endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready !== false)
    .flatMap(({ addresses = [] }) => addresses.filter(isAddress));
}

/** What may stand in a script: nothing but an address. */
export function isAddress(text: string | undefined): text is string {
  return text !== undefined && /^[0-9a-fA-F.:]+$/.test(text);
}

/** The Service asked about, among what was listed; undefined where none is named or it is not there. */
export function probedService(
  objects: readonly Source[],
  { namespace, service }: LiveSubject,
): ServiceObject | undefined {
  if (namespace === undefined || service === undefined) return undefined;
  return listed<ServiceObject>(objects, 'services', namespace).find(
    ({ metadata }) => metadata.name === service,
  );
}

/** The slices of the Service asked about; none where none is named. */
export function probedSlices(
  objects: readonly Source[],
  { namespace, service }: LiveSubject,
): readonly SliceObject[] {
  if (namespace === undefined || service === undefined) return [];
  return listed<SliceObject>(objects, 'endpointslices', namespace).filter(
    ({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === service,
  );
}

import { type PodObject, containerOf, isRunning, podsOnNode } from '../node/node-pods.ts';
import type { InsidePoint } from './collect-dns.ts';

/** So many nodes are asked from at most. */
const MOST_NODES = 10;

/** Where something can be tried from inside the cluster: the client pod where one is named, and a pod in each node's own network. */
export function insidePoints(pods: readonly PodObject[], clientPod: string | undefined): InsidePoint[] {
  const client = pods.find(({ metadata }) => `${metadata.namespace}/${metadata.name}` === clientPod);
  const nodes = [
    ...new Set(pods.flatMap(({ spec }) => (spec.hostNetwork === true ? (spec.nodeName ?? []) : []))),
  ].sort();
  return [
    ...(client ? [clientPoint(client)] : []),
    ...nodes.slice(0, MOST_NODES).flatMap((node) => nodePoint(node, pods)),
  ];
}

function clientPoint({ metadata: { namespace, name }, spec: { nodeName } }: PodObject): InsidePoint {
  const node = nodeName === undefined ? {} : { node: nodeName };
  return { at: { namespace, pod: name }, from: { kind: 'pod', pod: `${namespace}/${name}`, ...node } };
}

function nodePoint(node: string, pods: readonly PodObject[]): InsidePoint[] {
  const { proxies, others } = podsOnNode(node, pods);
  const pod = [...proxies, ...others].find(isRunning);
  if (pod === undefined) return [];
  return [{ at: containerOf(pod), from: { kind: 'node', node } }];
}

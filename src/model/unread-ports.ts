/** What a gap calls the ports of kube-proxy on `node` where nobody came to them, so that their silence proves nothing. */
export function unreadPorts(node: string): string {
  return `the ports of kube-proxy on ${node}`;
}

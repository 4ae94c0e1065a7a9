import type { Lab } from '../../cluster/lab.ts';
import { flannelRules } from '../../cluster/wire.ts';
import { UserError } from '../../user-error.ts';
import { restartProxy } from '../../cluster/restart-proxy.ts';

/** Rewrites one iptables table of a node line by line (as `iptables-save` prints it), with the nft backend. */
export async function editTable(
  lab: Lab,
  node: string,
  table: string,
  edit: (line: string) => string | string[] | undefined,
): Promise<void> {
  const before = await lab.onNode(node, `${lab.layout.iptables}-nft-save -t ${table}`);
  let changed = false;
  const after = before.split('\n').flatMap((line) => {
    const now = edit(line);
    if (now !== line) changed = true;
    return now ?? [];
  });
  if (!changed) throw new UserError(`nothing to edit in table ${table} of ${node}`);
  await lab.onNode(node, `${lab.layout.iptables}-nft-restore -T ${table}`, after.join('\n'));
}

/** The rules of an nftables chain with their handles: `[text, handle]`. */
export async function nftRules(
  lab: Lab,
  node: string,
  chain: string,
): Promise<readonly (readonly [text: string, handle: string])[]> {
  const text = await lab.onNode(node, `nft -a list chain ${lab.layout.nft} kube-proxy '${chain}'`);
  return text.split('\n').flatMap((line) => {
    const found = /^\t\t(.*) # handle (\d+)$/u.exec(line);
    return found === null || (found[1] ?? '').startsWith('type ')
      ? []
      : [[found[1] ?? '', found[2] ?? ''] as const];
  });
}

/** The full name of an nftables chain that ends so, e.g. `-shop/web/tcp/http` with prefix `service-`. */
export async function nftChain(lab: Lab, node: string, prefix: string, suffix: string): Promise<string> {
  const text = await lab.onNode(node, `nft list chains ${lab.layout.nft}`);
  const names = [...text.matchAll(/chain (\S+) \{/gu)].map((m) => m[1] ?? '');
  const found = names.find((n) => n.startsWith(prefix) && n.endsWith(suffix));
  if (found === undefined) throw new UserError(`no chain ${prefix}…${suffix} on ${node}`);
  return found;
}

/** Writes kube-proxy's rules again on a node (a new process syncs everything), and what flannel wrote. */
export async function restoreRules(lab: Lab, node: string): Promise<void> {
  const { iptables } = lab.layout;
  const chains = ['filter FORWARD FLANNEL-FWD', 'nat POSTROUTING FLANNEL-POSTRTG'];
  for (const chain of chains) {
    const [table = '', hook = '', name = ''] = chain.split(' ');
    const comment = table === 'nat' ? 'flanneld masq' : 'flanneld forward';
    await lab.tryOnNode(
      node,
      `${iptables} -t ${table} -D ${hook} -m comment --comment "${comment}" -j ${name}; ${iptables} -t ${table} -F ${name}; ${iptables} -t ${table} -X ${name}; true`,
    );
  }
  await restartProxy(lab, node);
  await lab.onNode(node, `${iptables}-restore -n`, flannelRules(lab.layout));
}

/** How the script begins: what it is told, which node this is, and the folder that it fills, with `$files` for the node's own. */
export const beginScript = (node: string): string => `#!/bin/sh
# Reads what this node does with packets, and writes it as an archive for \`plumb --from\`. Run as root on the node:
#   sh capture.sh [-n NODE] [-o FOLDER]
# It changes nothing, and reads no file with credentials.
set -u
umask 077
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin
LC_ALL=C
export PATH LC_ALL
node='${node}'
out=.
while getopts n:o: option; do
  case $option in
    n) node=$OPTARG ;;
    o) out=$OPTARG ;;
    *) echo "usage: sh $0 [-n NODE] [-o FOLDER]" >&2; exit 3 ;;
  esac
done
[ "$(id -u)" = 0 ] || echo 'not root: much will be missing' >&2

# The words of the process named $1, one a line.
arguments() {
  for comm in /proc/[0-9]*/comm; do
    [ "$(cat "$comm" 2>/dev/null)" = "$1" ] || continue
    tr '\\000' '\\n' <"\${comm%/comm}/cmdline" 2>/dev/null
    return 0
  done
  return 1
}

# kubelet registers under this name, else under the host's in lower case.
[ -n "$node" ] || node=$(arguments kubelet | sed -n 's/^--hostname-override=//p' | head -n 1)
[ -n "$node" ] || node=$(cat /proc/sys/kernel/hostname | tr 'A-Z' 'a-z')
case $node in
  '' | *[!A-Za-z0-9._-]*) echo "$node: is no name of a node; say it with -n NODE" >&2; exit 3 ;;
esac
folder=$out/plumb-$node
files=$folder/nodes/$node
[ ! -e "$folder" ] || { echo "$folder is there already: remove it, or give -o FOLDER" >&2; exit 3; }
mkdir -p "$files/notes" "$files/cni" || exit 3
folder=$(cd "$folder" && pwd)
files=$folder/nodes/$node
work=$folder/.work
mkdir "$work"
sources=$work/sources
gaps=$work/gaps
: >"$sources"
: >"$gaps"
trap 'rm -rf "$work"' 0
trap 'exit 130' 1 2 15
`;

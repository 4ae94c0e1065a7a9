import { logLines, maxOutputBytes, nodeReadings } from './node-readings.ts';
import { settingsScript } from './settings-script.ts';

/** What the script is written for. */
export interface CaptureScriptOptions {
  /** The node's name; else the script asks kubelet's arguments, then the host. */
  readonly node?: string;
}

/**
 * A POSIX shell script that an administrator runs as root on a node; it writes `plumb-NODE.tgz` (or the folder, where tar
 * or gzip is missing), which `--from` takes. It needs nothing but a shell and what every system has; tools that are
 * missing are noted in the manifest. It only reads, and no file with credentials. *Source:* POSIX.1-2017 XCU 2; runs in dash and in busybox sh.
 */
export function captureScript({ node = '' }: CaptureScriptOptions = {}): string {
  const readings = nodeReadings.map(({ what, isNeeded, ways, onlyWith }) => {
    const words = ways.map(({ file, argv }) => `${file} '${argv.join(' ')}'`);
    const reading = `reading '${what}' ${isNeeded ? 'needed' : 'wanted'} ${words.join(' ')}`;
    return onlyWith === undefined ? reading : `[ ! -r ${onlyWith} ] || ${reading}`;
  });
  return [
    head(node.replaceAll(/[^\w.-]/g, '')),
    machinery,
    readings.join('\n'),
    kernelFiles,
    kubeProxy,
    configuration,
    tail,
  ].join('\n');
}

const head = (node: string): string => `#!/bin/sh
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

const machinery = `now() { date -u +%Y-%m-%dT%H:%M:%SZ; }
has() { command -v "$1" >/dev/null 2>&1; }
limit=
if timeout 5 true 2>/dev/null; then limit='timeout 60'; elif timeout -t 5 true 2>/dev/null; then limit='timeout -t 60'; fi

# Standard input as one line, and as the inside of a JSON string.
line() { head -c 2000 | tr '\\t\\n\\r' '   ' | tr -cd ' -~' | sed 's/ *$//'; }
json() { line | sed 's/\\\\/\\\\\\\\/g; s/"/\\\\"/g'; }

gap() { # WHAT WHY UNLOCK
  printf '%s{"what":"%s of %s","why":"%s","unlock":"%s","node":"%s"}' "\${comma_gap:-}" "$1" "$node" \\
    "$(printf '%s' "$2" | json)" "$(printf '%s' "$3" | json)" "$node" >>"$gaps"
  comma_gap=,
}

# keep FILE CODE COMMAND: describes a file that was written; what it wrote to standard error stands in $work/stderr.
keep() {
  complete=true
  if [ "$(wc -c <"$files/$1")" -gt ${maxOutputBytes} ]; then
    head -c ${maxOutputBytes} "$files/$1" >"$work/cut" && mv "$work/cut" "$files/$1"
    complete=false
    gap "the end of $1" 'more than ${maxOutputBytes / 1e6} MB: cut' "$3"
  fi
  printf '%s\\n{"path":"nodes/%s/%s","node":"%s","command":"%s","exitCode":%s,"stderr":"%s","isComplete":%s,"readAt":"%s"}' \\
    "\${comma:-}" "$node" "$1" "$node" "$(printf '%s' "$3" | json)" "$2" "$(json <"$work/stderr")" "$complete" "$(now)" >>"$sources"
  comma=,
}

# run FILE COMMAND…: its output, whatever became of it; the command's exit code.
run() {
  file=$1
  shift
  (set -f; exec $limit "$@") >"$files/$file" 2>"$work/stderr" </dev/null
  code=$?
  if [ -s "$files/$file" ] || [ $code = 0 ]; then keep "$file" $code "$*"; else rm -f "$files/$file"; fi
  return $code
}

# reading WHAT needed|wanted [FILE COMMAND]…: the first way that succeeds counts.
reading() {
  what=$1
  need=$2
  shift 2
  why=
  while [ $# -gt 0 ]; do
    if ! has "\${2%% *}"; then
      why="$why\${why:+; }no \${2%% *} here"
    elif run "$1" $2; then
      read_so_far="\${read_so_far:-} <$what>"
      return
    else
      why="$why\${why:+; }$2: exit code $code $(line <"$work/stderr")"
    fi
    unlock=$2
    shift 2
  done
  printf '%s: %s\\n' "$what" "$why" >>"$files/notes/missing.txt"
  case "$need \${read_so_far:-}" in
    wanted* | *"<$what>"*) ;;
    *) printf '%s|%s|%s\\n' "$what" "$why" "$unlock" >>"$work/needed" ;;
  esac
}
`;

/** Files of the kernel that need a shell to be gone through. */
const kernelFiles = `
: >"$work/stderr"
# One file alone would be printed without its name.
grep . /sys/class/net/*/brport/hairpin_mode /dev/null >"$files/hairpin.txt" 2>/dev/null && keep hairpin.txt 0 'grep . /sys/class/net/*/brport/hairpin_mode'
[ -s "$files/hairpin.txt" ] || rm -f "$files/hairpin.txt"

{
${settingsScript}
} >"$files/sysctl.txt"
if [ -s "$files/sysctl.txt" ]; then
  keep sysctl.txt 0 'grep . /proc/sys/net/*'
else
  rm -f "$files/sysctl.txt"
  gap sysctls '/proc/sys could not be read' 'grep . /proc/sys/net/*'
fi
for table in /proc/net/ip_tables_names /proc/net/ip6_tables_names /proc/net/nf_conntrack_expect /proc/version /etc/os-release; do
  [ -r "$table" ] || continue
  printf '== %s\\n' "$table"
  cat "$table" 2>/dev/null
done >"$files/notes/system.txt"
for command in 'iptables --version' 'nft --version' 'ipset --version' 'ip -V' 'conntrack --version' 'kubelet --version' 'containerd --version'; do
  has "\${command%% *}" || continue
  printf '== %s\\n' "$command"
  $limit $command 2>&1 </dev/null
done >"$files/notes/versions.txt"
now >"$files/date.txt"
keep date.txt 0 'date -u'
`;

/** kube-proxy's arguments, configuration, ports and log. */
const kubeProxy = `
metrics=10249
healthz=10256
if arguments kube-proxy >"$files/notes/kube-proxy-arguments.txt"; then
  for comm in /proc/[0-9]*/comm; do
    [ "$(cat "$comm" 2>/dev/null)" = kube-proxy ] || continue
    config=$(sed -n 's/^--config=//p' "$files/notes/kube-proxy-arguments.txt")
    [ -n "$config" ] && cat "\${comm%/comm}/root$config" >"$files/kube-proxy-config.yaml" 2>/dev/null
    break
  done
  port() { # NAME-IN-CONFIG OPTION DEFAULT
    found=$(sed -n "s/^$1:.*:\\([0-9][0-9]*\\)[\\"']*\\$/\\1/p" "$files/kube-proxy-config.yaml" 2>/dev/null)
    option=$(sed -n "s/^--$2=.*:\\([0-9][0-9]*\\)\\$/\\1/p" "$files/notes/kube-proxy-arguments.txt")
    echo "\${option:-\${found:-$3}}"
  }
  metrics=$(port metricsBindAddress metrics-bind-address $metrics)
  healthz=$(port healthzBindAddress healthz-bind-address $healthz)
else
  rm -f "$files/notes/kube-proxy-arguments.txt"
  echo 'no process is named kube-proxy' >>"$files/notes/missing.txt"
fi
if [ -s "$files/kube-proxy-config.yaml" ]; then : >"$work/stderr"; keep kube-proxy-config.yaml 0 'kube-proxy --config'; else rm -f "$files/kube-proxy-config.yaml"; fi

# fetch FILE PORT PATH: with the status line where the tool can say it. Nobody answering leaves no file.
fetch() {
  if has curl; then
    run "$1" curl -sS -i -m 5 "http://127.0.0.1:$2$3"
  elif has wget; then
    run "$1" wget -q -T 5 -O - "http://127.0.0.1:$2$3"
  else
    echo "$3 of kube-proxy: neither curl nor wget here" >>"$files/notes/missing.txt"
    return 1
  fi || { rm -f "$files/$1"; return 1; }
}
# body FILE: only what follows the head of an answer.
body() {
  [ -s "$files/$1" ] || return 0
  case $(head -n 1 "$files/$1") in
    HTTP/*) sed '1,/^\\r*$/d' "$files/$1" | tr -d '\\r' >"$work/body"; mv "$work/body" "$files/$1" ;;
  esac
}
fetch kube-proxy-healthz.txt $healthz /healthz
fetch notes/kube-proxy-livez.txt $healthz /livez
fetch kube-proxy-metrics.txt $metrics /metrics; body kube-proxy-metrics.txt
fetch kube-proxy-mode.txt $metrics /proxyMode; body kube-proxy-mode.txt
fetch kube-proxy-configz.json $metrics /configz; body kube-proxy-configz.json

log=$(ls -t /var/log/pods/kube-system_kube-proxy-*/kube-proxy/*.log 2>/dev/null | head -n 1)
if [ -n "$log" ]; then
  tail -n ${logLines} "$log" | sed -e 's/^[^ ]* std[a-z]* [FP] //' -e 's/^{"log":"\\(.*\\)\\\\n","stream".*/\\1/' >"$files/kube-proxy.log"
elif has journalctl; then
  $limit journalctl -u kube-proxy -n ${logLines} -o cat --no-pager >"$files/kube-proxy.log" 2>/dev/null </dev/null
fi
if [ -s "$files/kube-proxy.log" ]; then : >"$work/stderr"; keep kube-proxy.log 0 "tail -n ${logLines} $log"; else rm -f "$files/kube-proxy.log"; fi
`;

/** CNI configuration (never its kubeconfigs) and the node's resolver. */
const configuration = `
: >"$work/stderr"
for config in /etc/cni/net.d/*.conf /etc/cni/net.d/*.conflist /etc/cni/net.d/*.json; do
  [ -f "$config" ] || continue
  cp "$config" "$files/cni/\${config##*/}" && keep "cni/\${config##*/}" 0 "cat $config"
done
rmdir "$files/cni" 2>/dev/null
if [ -r /etc/resolv.conf ]; then cat /etc/resolv.conf >"$files/resolv.conf" && keep resolv.conf 0 'cat /etc/resolv.conf'; fi
`;

const tail = `
# One of several ways may have read what another could not.
if [ -f "$work/needed" ]; then
  while IFS='|' read -r what why unlock; do
    case "\${read_so_far:-}" in
      *"<$what>"*) ;;
      *) gap "$what" "$why" "$unlock"; read_so_far="\${read_so_far:-} <$what>" ;;
    esac
  done <"$work/needed"
fi
{
  printf '{"format":"plumb-snapshot","version":1,"takenAt":"%s","sources":[' "$(now)"
  cat "$sources"
  printf '],\\n"gaps":['
  cat "$gaps"
  printf ']}\\n'
} >"$folder/plumb-snapshot.json"
rm -rf "$work"
if has tar && has gzip && tar -C "$folder" -cf - plumb-snapshot.json nodes | gzip >"$folder.tgz.part" && mv "$folder.tgz.part" "$folder.tgz"; then
  rm -rf "$folder"
  echo "$folder.tgz"
else
  rm -f "$folder.tgz.part"
  echo "$folder"
fi
`;

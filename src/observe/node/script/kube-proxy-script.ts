import { logLines } from '../node-readings.ts';

/** kube-proxy's arguments, configuration, ports and log. */
export const kubeProxyScript: string = `
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

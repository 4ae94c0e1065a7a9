import { settingsScript } from '../settings-script.ts';

/** Files of the kernel that need a shell to be gone through. */
export const kernelFilesScript: string = `
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

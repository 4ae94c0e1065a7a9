/**
 * Shell that prints behind which port of a bridge each hardware address was seen, as `bridge fdb show` does, where that tool is missing. The kernel's table is records of 16
 * bytes: address, port, whether it is the port's own, age, high byte of the port. Starts no process but `od`: bridges have many entries. *Source:* struct __fdb_entry, include/uapi/linux/if_bridge.h.
 */
export const bridgeScript = `command -v bridge >/dev/null 2>&1 || for table in "\${SYS:-/sys}"/class/net/*/brforward; do
  folder=\${table%/brforward}
  od -An -v -tx1 "$table" | while read a b c d e f low own t1 t2 t3 t4 high rest; do
    number=$((0x$high * 256 + 0x$low))
    for port in "$folder"/brif/*; do
      read -r own_number <"$port/port_no" && [ $((own_number)) -eq $number ] || continue
      permanent=; [ "$own" = 00 ] || permanent=' permanent'
      echo "$a:$b:$c:$d:$e:$f dev \${port##*/} master \${folder##*/}$permanent"
    done
  done
done`;

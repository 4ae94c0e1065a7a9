/** How the script ends: the manifest, and the archive where it can be made. */
export const endScript: string = `
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

import { maxOutputBytes } from '../node-readings.ts';

/** What the script reads with: `run` keeps what a command prints, `reading` tries several ways, `keep` and `gap` write what stands in the manifest. */
export const readingFunctions: string = `now() { date -u +%Y-%m-%dT%H:%M:%SZ; }
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

#!/bin/bash
# What a second sweep of the same tree costs against the first, whether both say the same, and what a hunt costs after.
#
#   bench/again/compare.sh [FOLDER]      default: /usr
#
# CPU seconds of all processes together.
set -euo pipefail
cd "$(dirname "$0")/../.."
cargo build --release -q --workspace
program=target/release/vauban
folder=${1:-/usr}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cpu() { # OUTPUT COMMAND...
    python3 - "$@" <<'PYTHON'
import resource, subprocess, sys
with open(sys.argv[1], "w") as out:
    subprocess.run(sys.argv[2:], stdout=out, stderr=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"{used.ru_utime + used.ru_stime:.2f}")
PYTHON
}

for run in first again; do
    seconds=$(cpu "$work/$run.jsonl" "$program" --state "$work/state" sweep --format jsonl "$folder")
    grep -v '"type":"summary"' "$work/$run.jsonl" | sort > "$work/$run.findings" || true
    declare "$run=$seconds"
done
cmp -s "$work/first.findings" "$work/again.findings" && same=identical || same=DIFFERENT
python3 -c "
import hashlib
for n in range(500): print(f'host{n}.never-seen.example'); print(hashlib.sha256(str(n).encode()).hexdigest())" > "$work/new.txt"
hunt=$(cpu "$work/hunt.txt" "$program" --state "$work/state" record hunt --intel "$work/new.txt")
awk -v a="$first" -v b="$again" -v h="$hunt" -v s="$same" 'BEGIN {
    printf "first %.2f CPU s, again %.2f, ratio %.0f; findings %s; hunt of 1,000 indicators %.2f CPU s\n", a, b, a / b, s, h }'
tail -1 "$work/hunt.txt"
"$program" --state "$work/state" record history

#!/bin/bash
# What the same rules cost on the same files, here and with the `yara` of Debian, and whether the hits are the same.
#
#   bench/yara/compare.sh                    generated rules, planted files, and the files of this machine
#   bench/yara/compare.sh RULES [FILES]      your rules (a folder of .yar files) on your files
#
# Prints the CPU seconds of both, loading of the compiled rules included, and their ratio. One thread each.
set -euo pipefail
cd "$(dirname "$0")/../.."

if ! command -v yara >/dev/null || ! command -v yarac >/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "installing the Debian package yara" >&2
        apt-get install -y -q yara >/dev/null || { apt-get update -q >/dev/null && apt-get install -y -q yara >/dev/null; }
    else
        echo "this bench needs the programs yara and yarac (Debian: apt-get install yara)" >&2
        exit 2
    fi
fi
# The whole workspace, so that features are the same as ever and nothing is built twice.
cargo build --release -q --workspace --example scan
scan=$(pwd)/target/release/examples/scan

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

rules=${1:-}
sets=("${@:2}")
if [ -z "$rules" ]; then
    python3 bench/yara/generate.py "$work/generated" 3000
    rules=$work/generated/rules
    sets+=("$work/generated/planted")
fi
if [ $# -lt 2 ]; then
    # Files of every kind in every size, the same on every run of one machine.
    mkdir -p "$work/benign"
    number=0
    find /usr/share /usr/lib -type f -size +0 -size -4096k 2>/dev/null | LC_ALL=C sort | awk 'NR % 40 == 0' | while read -r file; do
        number=$((number + 1))
        cp -- "$file" "$work/benign/$(printf %05d "$number")-$(basename -- "$file" | tr -c 'A-Za-z0-9._\n' _)" 2>/dev/null || true
    done
    sets+=("$work/benign")
fi

variables=(-d filename= -d filepath= -d extension= -d filetype= -d owner= -d md5=)
namespaced=()
ours=()
while read -r file; do
    # A file that libyara refuses is left out on both sides: the comparison is of speed and hits, not of tolerance.
    if yarac -w "${variables[@]}" "$file" "$work/one" 2>/dev/null; then
        namespaced+=("n${#namespaced[@]}:$file")
        ours+=("$file")
    else
        echo "left out, libyara refuses it: $file" >&2
    fi
done < <(find "$rules" -name '*.yar' -o -name '*.yara' | LC_ALL=C sort)
yarac -w "${variables[@]}" "${namespaced[@]}" "$work/theirs.compiled"
"$scan" compile "${ours[@]}" "$work/ours.compiled"

seconds() { awk '/^(user|sys)/ { total += $2 } END { printf "%.2f", total }' "$1"; }
TIMEFORMAT=$'user %U\nsys %S'
verdict=0
for set in "${sets[@]}"; do
    { time "$scan" run "$work/ours.compiled" "$set" >"$work/ours.hits" 2>"$work/ours.talk"; } 2>"$work/ours.time"
    { time yara -w -N -p 1 -r -C "$work/theirs.compiled" "$set" >"$work/theirs.raw" 2>"$work/theirs.talk"; } 2>"$work/theirs.time"
    LC_ALL=C sort -u "$work/ours.hits" >"$work/ours.sorted"
    LC_ALL=C sort -u "$work/theirs.raw" >"$work/theirs.sorted"
    a=$(seconds "$work/ours.time") b=$(seconds "$work/theirs.time")
    echo "$set: $(find "$set" -type f | wc -l) files"
    echo "  CPU seconds: ours $a, yara $(yara --version) $b, ratio $(awk "BEGIN { printf \"%.2f\", $a / $b }")"
    if cmp -s "$work/ours.sorted" "$work/theirs.sorted"; then
        echo "  hits: $(wc -l <"$work/ours.sorted"), identical"
    else
        verdict=1
        echo "  hits: ours $(wc -l <"$work/ours.sorted"), theirs $(wc -l <"$work/theirs.sorted"); < only ours, > only theirs:"
        diff "$work/ours.sorted" "$work/theirs.sorted" | grep '^[<>]' | head -20 || true
    fi
done
exit $verdict

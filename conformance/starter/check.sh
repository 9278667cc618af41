#!/usr/bin/env bash
# Checks the starter set's YARA rules with the yara of the distribution, which is not the engine in the product:
# every rule finds its sample and no other, no rule finds a near miss, and nothing on a clean system is found.
set -euo pipefail
cd "$(dirname "$0")/../.."

rules=(starter/rules/*.yar)
samples=conformance/starter/samples
failures=0

fail() { printf 'FAIL %s\n' "$1"; failures=$((failures + 1)); }

while read -r rule; do
    [[ -f "$samples/$rule.hit" && -f "$samples/$rule.miss" ]] || fail "$rule has no sample"
done < <(sed -n 's/^rule \([a-z0-9_]*\).*/\1/p' "${rules[@]}")

for sample in "$samples"/*; do
    name=$(basename "$sample")
    found=$(yara -w "${rules[@]}" "$sample" | cut -d' ' -f1 | sort -u | paste -sd' ')
    case "$name" in
        *.hit) [[ "$found" == "${name%.hit}" ]] || fail "$name: found '$found'" ;;
        *.miss) [[ -z "$found" ]] || fail "$name: found '$found'" ;;
    esac
done

for folder in "${@:-/usr/share /usr/lib}"; do
    for place in $folder; do
        found=$(yara -w -r -N "${rules[@]}" "$place" 2>/dev/null | head -5)
        [[ -z "$found" ]] || fail "clean files of $place: $found"
    done
done

(( failures == 0 )) || exit 1
echo "starter rules: all samples as expected, nothing found in ${*:-/usr/share /usr/lib}"

#!/bin/bash
# What the metadata of a 500 MB capture costs, here and with tshark, in one run: CPU seconds, peak memory, and the ratio.
#
#   bench/capture/compare.sh [CAPTURE]
set -euo pipefail
cd "$(dirname "$0")/../.."

if ! command -v tshark >/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "installing the Debian package tshark" >&2
        export DEBIAN_FRONTEND=noninteractive
        apt-get install -y -q tshark >/dev/null || { apt-get update -q >/dev/null && apt-get install -y -q tshark >/dev/null; }
    else
        echo "this bench needs tshark (Debian: apt-get install tshark)" >&2
        exit 2
    fi
fi
cargo build --release -q --workspace --example observe
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
capture=${1:-$work/large.pcap}
[ $# -gt 0 ] || python3 bench/capture/generate.py large "$capture" 500

measure() { # NAME COMMAND...: CPU seconds and peak memory
    python3 - "$@" <<'PYTHON'
import resource, subprocess, sys
name, *command = sys.argv[1:]
with open("/dev/null", "w") as null:
    subprocess.run(command, stdout=null, stderr=null, check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"{used.ru_utime + used.ru_stime:.2f} {used.ru_maxrss // 1024}")
PYTHON
}

fields=(-e frame.time_epoch -e ip.src -e ip.dst -e dns.qry.name -e dns.a -e tls.handshake.extensions_server_name -e tls.handshake.ja3
    -e http.host -e http.request.full_uri -e http.user_agent -e smtp.req.parameter)
read -r theirs their_memory < <(measure tshark tshark -n -r "$capture" -T fields "${fields[@]}")
read -r ours our_memory < <(measure observe target/release/examples/observe "$capture")
size=$(stat -c %s "$capture")
awk -v s="$size" -v a="$ours" -v b="$theirs" -v m="$our_memory" -v n="$their_memory" 'BEGIN {
    printf "%d MB: vauban %.2f CPU s, %d MiB; tshark %.2f CPU s, %d MiB; ratio %.3f\n", s / 1e6, a, m, b, n, a / b }'

#!/bin/bash
# What a million blocked names cost here, and with Unbound: from text, to start, in memory, for each answer.
#
#   compare.sh [COUNT] [NAMES]      default: 1000000 names; NAMES is the program of examples/names.rs, built if not given
#
# Prints a table in Markdown. Both read the same names, generated and the same on every machine. Unbound holds them as
# local-zone always_nxdomain, and once more as a response policy zone. It listens on a loopback port of its own.
set -euo pipefail
count=${1:-1000000}
root=$(cd "$(dirname "$0")/../.." && pwd)
PATH=$PATH:/usr/sbin
for program in unbound python3; do
    if ! command -v "$program" >/dev/null; then
        echo "this bench needs $program (Debian: apt-get install --no-install-recommends unbound python3)" >&2
        exit 2
    fi
done
names=${2:-}
if [ -z "$names" ]; then
    cargo build --release -q --manifest-path "$root/Cargo.toml" -p vauban-lists --example names
    names=${CARGO_TARGET_DIR:-$root/target}/release/examples/names
fi

work=$(mktemp -d)
daemon=
finish() {
    # By number only: the machine may have a resolver of its own.
    if [ -n "$daemon" ]; then
        kill "$daemon" 2>/dev/null || true
        wait "$daemon" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap finish EXIT

"$names" generate "$count" "$work/list"
echo "# $count names, $(wc -c <"$work/list") bytes of text, load $(cut -d' ' -f1 /proc/loadavg)"
"$names" build "$work/list" "$work/set" >"$work/ours"
"$names" look-up "$work/set" "$work/list" >>"$work/ours"
ours() { awk -v key="$1" '$1 == key { print $2 }' "$work/ours"; }

sed 's/.*/local-zone: "&" always_nxdomain/' "$work/list" >"$work/zones.conf"
{
    printf '$TTL 60\n$ORIGIN rpz.test.\n@ SOA localhost. root.localhost. 1 3600 600 86400 60\n@ NS localhost.\n'
    sed 's/.*/& CNAME .\n*.& CNAME ./' "$work/list"
} >"$work/rpz.zone"

# Starts Unbound with the given lines, waits until it answers, and prints: CPU seconds until then, resident MiB, version.
port=$((20000 + $$ % 20000))
unbound_costs() {
    cat >"$work/unbound.conf" <<CONF
server:
    interface: 127.0.0.1@$port
    num-threads: 1
    username: ""
    chroot: ""
    directory: "$work"
    pidfile: ""
    use-syslog: no
    logfile: "$work/unbound.log"
    do-not-query-localhost: no
    module-config: "$1"
$2
CONF
    unbound -d -c "$work/unbound.conf" &
    daemon=$!
    python3 - "$port" "$daemon" "$(tail -n 1 "$work/list")" <<'PYTHON'
import os, socket, sys, time
port, pid, name = int(sys.argv[1]), sys.argv[2], sys.argv[3]
query = b"\1\2\1\0\0\1\0\0\0\0\0\0" + b"".join(bytes([len(l)]) + l.encode() for l in name.split(".")) + b"\0\0\1\0\1"
asker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
asker.settimeout(0.3)
for _ in range(1200):
    if not os.path.exists(f"/proc/{pid}"):
        sys.exit("unbound ended before it answered")
    try:
        asker.sendto(query, ("127.0.0.1", port))
        if asker.recv(512)[3] & 15 == 3:
            break
    except OSError:
        time.sleep(0.1)
else:
    sys.exit("unbound does not block the last name")
stat = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
cpu = (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")
status = dict(line.split(":", 1) for line in open(f"/proc/{pid}/status"))
print(f"{cpu:.2f} {int(status['VmRSS'].split()[0]) / 1024:.0f} {int(status['VmHWM'].split()[0]) / 1024:.0f}")
PYTHON
    kill "$daemon"
    wait "$daemon" 2>/dev/null || true
    daemon=
}
unbound_costs iterator "    include: \"$work/zones.conf\"" >"$work/local"
unbound_costs "respip iterator" "rpz:
    name: rpz.test
    zonefile: \"$work/rpz.zone\"" >"$work/policy"
read -r local_cpu local_rss local_peak <"$work/local"
read -r rpz_cpu rpz_rss rpz_peak <"$work/policy"

python3 - "$(ours build_cpu_s)" "$(ours build_peak_mib)" "$(ours open_first_ms)" "$(ours open_ms)" "$(ours rss_mib)" \
    "$local_cpu" "$local_rss" "$local_peak" "$rpz_cpu" "$rpz_rss" "$rpz_peak" <<'PYTHON'
import sys
build, build_peak, first, again, rss, lcpu, lrss, lpeak, pcpu, prss, ppeak = map(float, sys.argv[1:])
print("| | vauban | Unbound, local-zone | ratio | Unbound, RPZ | ratio |\n|---|--:|--:|--:|--:|--:|")
print(f"| CPU s from text until it blocks | {build + first / 1e3:.2f} | {lcpu:.2f} | {lcpu / (build + first / 1e3):.1f} | {pcpu:.2f} | {pcpu / (build + first / 1e3):.1f} |")
print(f"| s to start again, nothing changed | {again / 1e3:.4f} | {lcpu:.2f} | {lcpu / (again / 1e3):.0f} | {pcpu:.2f} | {pcpu / (again / 1e3):.0f} |")
print(f"| resident MiB | {rss:.0f} | {lrss:.0f} | {lrss / rss:.0f} | {prss:.0f} | {prss / rss:.0f} |")
print(f"| peak MiB while it is built | {build_peak:.0f} | {lpeak:.0f} | {lpeak / build_peak:.1f} | {ppeak:.0f} | {ppeak / build_peak:.1f} |")
PYTHON
echo
sed 's/^/    /' "$work/ours"
echo "    unbound $(unbound -V 2>/dev/null | sed -n 's/^Version //p')"

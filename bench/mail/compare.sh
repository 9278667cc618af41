#!/bin/bash
# What judging a message costs here, with Rspamd and with SpamAssassin, and what each of the three stops.
#
#   compare.sh CORPUS.tar.xz VAUBAN [TURNS]      default: 2 turns
#
# CORPUS.tar.xz holds index.tsv, index_targeted.tsv, org.json and the messages; VAUBAN is the program. Prints a table in
# Markdown. Each turn measures the filters one after the other, so that other work on the machine hits all of them alike.
set -euo pipefail
if [ $# -lt 2 ]; then
    echo "usage: compare.sh CORPUS.tar.xz VAUBAN [TURNS]" >&2
    exit 2
fi
archive=$(realpath -- "$1")
vauban=$(realpath -- "$2")
turns=${3:-2}
cd "$(dirname "$0")"
feeder=$(pwd)/feed.py

# Not installed from here: on most machines these packages start services of the whole system as soon as they are there.
PATH=$PATH:/usr/sbin
for program in rspamd spamd python3 tar xz; do
    if ! command -v "$program" >/dev/null; then
        echo "this bench needs $program (Debian: apt-get install --no-install-recommends rspamd spamassassin spamd xz-utils)" >&2
        exit 2
    fi
done

work=$(mktemp -d)
daemon=
client=
stop() {
    # By number only: the machine may have filters of its own. Both pass the signal on to their workers.
    for pid in $client $daemon; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    client=
    daemon=
}
finish() {
    stop
    # To look at the logs and the verdicts of each message afterwards: KEEP=folder compare.sh ...
    if [ -n "${KEEP:-}" ]; then
        mkdir -p "$KEEP" && cp "$work"/*.json "$work"/*.out "$work/rspamd/state/rspamd.log" "$KEEP/" || true
    fi
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

feed() { # In the background and waited for, so that a signal is heard at once.
    python3 -B "$feeder" "$@" &
    client=$!
    wait "$client"
    client=
}

# Neither filter works as root.
rspamd_user=() spamd_user=()
mkdir "$work/corpus" "$work/mail" "$work/rspamd" "$work/rspamd/local.d" "$work/rspamd/state" "$work/sa" "$work/sa-home"
if [ "$(id -u)" = 0 ]; then
    rspamd_user=(-u nobody -g nogroup)
    spamd_user=(-u nobody)
    chmod 711 "$work"
    chown nobody "$work/rspamd/state" "$work/sa-home"
fi

tar -xJf "$archive" -C "$work/corpus"
feed prepare "$work/corpus" "$work"   # writes mail/, list.tsv and the staff rules of both peers
read -r rspamd_port spamd_port <"$work/ports"

# Rspamd: the configuration of the package, and what it needs to be alone. One worker; no controller, no proxy, no redis.
# What asks servers is off and so costs nothing; what would ask all the same gets a resolver where nobody listens.
cat >"$work/rspamd/rspamd.conf" <<CONF
.include "\$CONFDIR/common.conf"
options {
    pidfile = "\$RUNDIR/rspamd.pid";
    .include "\$CONFDIR/options.inc"
    .include(try=true; priority=1,duplicate=merge) "\$LOCAL_CONFDIR/local.d/options.inc"
}
logging {
    type = "file";
    filename = "\$LOGDIR/rspamd.log";
    .include "\$CONFDIR/logging.inc"
}
worker "normal" {
    bind_socket = "127.0.0.1:$rspamd_port";
    .include "\$CONFDIR/worker-normal.inc"
    count = 1;
}
CONF
echo 'dns { nameserver = ["127.0.0.1:1"]; timeout = 0.02s; retransmits = 1; }' >"$work/rspamd/local.d/options.inc"
for module in arc asn bimi dkim dkim_signing dmarc fuzzy_check mx_check rbl spf surbl url_redirector; do
    echo 'enabled = false;' >"$work/rspamd/local.d/$module.conf"
done
# What only says that a name has no address weighs nothing, for here no name has one. The patterns of hfilter stay.
echo 'from_enabled = false;' >"$work/rspamd/local.d/hfilter.conf"
weightless() {
    echo 'symbols {'
    printf '    "%s" { weight = 0; }\n' "$@"
    echo '}'
}
weightless HFILTER_HOSTNAME_UNKNOWN HFILTER_HELO_IP_A HFILTER_HELO_NORESOLVE_MX HFILTER_HELO_NORES_A_OR_MX \
    >"$work/rspamd/local.d/hfilter_group.conf"
weightless RDNS_NONE RDNS_DNSFAIL >"$work/rspamd/local.d/headers_group.conf"
cat >"$work/rspamd/local.d/multimap.conf" <<CONF
staff_name_outside {
    type = "header";
    header = "From";
    regexp = true;
    map = "$work/rspamd/staff.map";
    symbol = "STAFF_NAME_OUTSIDE";
    score = 6.0;
}
CONF

# SpamAssassin: the configuration of the package and the staff rule. It must not learn from one turn for the next.
cp /etc/spamassassin/*.pre "$work/sa/"
for file in /etc/spamassassin/*_debian.cf; do
    [ ! -e "$file" ] || cp "$file" "$work/sa/"
done
echo 'use_bayes 0' >"$work/sa/local.cf"
cat "$work/staff.cf" >>"$work/sa/local.cf"

measure_vauban() {
    # A state of its own each turn: nothing that an earlier turn has left may help.
    feed vauban "$work" "$work/vauban.$1.json" "$vauban" "$work/vauban.state.$1"
}
start_rspamd() {
    rspamd -f "${rspamd_user[@]}" -c "$work/rspamd/rspamd.conf" --var LOCAL_CONFDIR="$work/rspamd" \
        --var DBDIR="$work/rspamd/state" --var RUNDIR="$work/rspamd/state" --var LOGDIR="$work/rspamd/state" \
        >"$work/rspamd.out" 2>&1 &
    daemon=$!
}
measure_rspamd() {
    start_rspamd
    feed rspamd "$work" "$work/rspamd.$1.json" "$daemon" "$rspamd_port"
    stop
}
measure_spamassassin() {
    spamd -L -x -4 -i 127.0.0.1 -p "$spamd_port" --siteconfigpath="$work/sa" -H "$work/sa-home" "${spamd_user[@]}" \
        --max-children=1 -r "$work/sa-home/pid" -s stderr >"$work/spamd.out" 2>&1 &
    daemon=$!
    feed spamassassin "$work" "$work/spamassassin.$1.json" "$daemon" "$spamd_port"
    stop
}

# Rspamd compiles its patterns at its first start, which costs seconds and memory, and keeps them: no turn shall have that.
start_rspamd
feed settle "$daemon" "$rspamd_port"
stop

for turn in $(seq "$turns"); do
    for filter in vauban rspamd spamassassin; do
        echo "turn $turn: $filter" >&2
        "measure_$filter" "$turn"
    done
done

rules=$( (cat /var/lib/spamassassin/*/updates_spamassassin_org.cf 2>/dev/null || true) | sed -n 's/^# UPDATE version //p' | tail -1)
echo "$(date +%Y-%m-%d), $("$vauban" --version), Rspamd $(rspamd --version | sed 's/.*version //'), SpamAssassin" \
    "$(spamd --version | sed -n 's/.*version //p' | head -1) with the rules of ${rules:-its package}, $turns turns"
echo
feed table "$work"

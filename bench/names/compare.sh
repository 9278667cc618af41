#!/usr/bin/env bash
# What an answer costs: a blocked name and a remembered one, in CPU time of the server's process, beside a bare responder and
# Unbound. Needs unbound and python3; takes two minutes.
set -euo pipefail
cd "$(dirname "$0")/../.."
cargo build --release --workspace --quiet
cargo build --release --workspace --examples --quiet
exec python3 bench/names/measure.py "$@"

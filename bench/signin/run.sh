#!/usr/bin/env bash
# How many people sign in per second of the server's processor, and in how much memory. SECONDS_EACH, CONNECTIONS and PEOPLE in the
# environment change its size. Linux; no network but this machine's own.
set -euo pipefail
cd "$(dirname "$0")/../.."
cargo build --release --quiet --package vauban-signin --examples
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
target/release/examples/sign_ins "$folder" "${SECONDS_EACH:-10}" "${CONNECTIONS:-4}" "${PEOPLE:-100}"

#!/usr/bin/env bash
# Property tests of `chiquito serve` from its own OpenAPI document, by schemathesis; no part of CI.
#
#   scripts/schemathesis.sh MODEL [DIR]      DIR: the Python environment to make or use (.venv-schemathesis)
set -euo pipefail
cd "$(dirname "$0")/.."
model="${1:?which model.onnx or run?}"
venv="${2:-.venv-schemathesis}"
[ -x "$venv/bin/schemathesis" ] || { python3 -m venv "$venv" && "$venv/bin/pip" install -q 'schemathesis>=4,<5'; }

token=a-token-for-schemathesis
started="$(mktemp)"
config="$PWD/scripts/schemathesis.toml"
# Where it keeps what it found from one run to the next.
kept="$(mktemp -d)"
CHIQUITO_TOKEN="$token" node dist/program/main.js serve "$model" --port 0 --max-body 1 --json >"$started" &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" || true; rm -rf "$started" "$kept"' EXIT
until [ -s "$started" ]; do kill -0 "$server"; sleep 0.1; done
address="$(sed -E 's/.*"address":"([^"]+)".*/\1/' "$started")"

case "$venv" in /*) ;; *) venv="$PWD/$venv" ;; esac
cd "$kept"
"$venv/bin/schemathesis" --config-file "$config" run "$address/openapi.json" --header "Authorization: Bearer $token" \
  --checks all --max-examples "${EXAMPLES:-200}" --phases examples,coverage,fuzzing --no-color

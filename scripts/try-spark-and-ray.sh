#!/usr/bin/env bash
# Runs examples/runtimes/spark_pandas.py and ray_data.py on a model and photos of all kinds, bad ones among them, and compares each row with
# `chiquito predict`: the same verdict, a probability that is as near as docs/runtimes.md promises, and no verdict where there is none. For
# each rule by which photos become a square (squash, crop, pad). Not part of `npm test`: it installs what the programs ask for, into a folder.
#
#   bash scripts/try-spark-and-ray.sh [RUN [PHOTO...]]
#
# Without RUN it trains `chiquito demo`. FOLDER=... is where packages go (.cache/runtimes), PYTHON=... a Python from 3.11 on to install them for,
# CHIQUITO_PYTHON=... one that has them already, ONLY=spark or ONLY=ray one of them. Spark needs Java 17 or later.
# Ends with 0 where all agree, 1 where one does not or fails, 2 where all that ran agree and something to run others with is missing.
set -euo pipefail
[[ ' spark ray ' == *" ${ONLY:-spark} "* ]] || { echo "ONLY: there is no \"$ONLY\"; there are spark and ray" >&2; exit 1; }
cd "$(dirname "$0")/.."
root=$PWD
folder=${FOLDER:-.cache/runtimes}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
examples=$root/examples/runtimes
chiquito() { node scripts/ready.mjs --build --quiet --run dist/program/main.js "$@"; }

node scripts/ready.mjs --build --quiet
run=${1:-$work/demo}
[ $# -gt 0 ] && shift || chiquito demo --out "$run" --quiet
[ -d "$run" ] && model=$run/model.onnx || model=$run
model=$(realpath "$model")
if [ $# -eq 0 ]; then
  node scripts/photos-of-all-kinds.mjs "$work/photos"
  set -- "$work"/photos/*
fi
for photo in "$@"; do realpath "$photo"; done > "$work/photos.txt"
mapfile -t photos < "$work/photos.txt"

rules=(squash crop pad)
node scripts/model-by-each-rule.mjs "$model" "$work" "${rules[@]}"
for rule in "${rules[@]}"; do
  # Photos that cannot be judged are in its document, and it fails only where no photo can be.
  chiquito predict "$work/$rule/model.onnx" "${photos[@]}" --json > "$work/$rule/expected.json" 2> "$work/told" || { cat "$work/told" >&2; exit 1; }
  touch "$work/$rule/answers"
done

# Spark else looks for a name of this machine that others could reach it by.
export SPARK_LOCAL_IP=${SPARK_LOCAL_IP:-127.0.0.1}
missing=()
# judge NAME PROGRAM: by each rule, and the rows as lines that are compared.
judge() {
  local name=$1 program=$2 place=$folder/$1 python rule
  [[ ${ONLY:-$name} == "$name" ]] || return 0
  python=${CHIQUITO_PYTHON:-$place/bin/python}
  if [ -z "${CHIQUITO_PYTHON:-}" ] && [ ! -e "$place/ready" ]; then
    # Versions are those in the program's own words: one place to change them.
    local wanted
    read -ra wanted <<< "$(sed -n 's/^ *pip install //p' "$examples/$program")"
    if ! { "${PYTHON:-python3}" -m venv "$place" && "$place/bin/pip" install --quiet "${wanted[@]}" && touch "$place/ready"; } >&2; then
      missing+=("$name: pip could not install ${wanted[*]}"); return 0
    fi
  fi
  echo "$name" >&2
  for rule in "${rules[@]}"; do
    "$python" "$examples/$program" "$work/$rule/model.onnx" "$work/photos.txt" "$work/$rule/$name" > "$work/told" 2>&1 || { tail -30 "$work/told" >&2; exit 1; }
    "$python" - "$name" "$work/$rule/$name" >> "$work/$rule/answers" << 'EOF_PY'
import sys
import pyarrow.parquet as pq
name, folder = sys.argv[1:]
for row in pq.read_table(folder).to_pylist():
    best = '' if row['error'] else f"{row['label']} {max(row['probabilities']):.4f}"
    said = f"failed: {row['error'].splitlines()[0]}" if row['error'] else 'neither' if row['abstained'] else best
    print(name, 0.05, row['path'], said, sep='\t')
EOF_PY
  done
}
if ! [[ ${ONLY:-spark} == spark ]] || command -v java > /dev/null; then judge spark spark_pandas.py
else missing+=('spark: Java 17 or later: apt install default-jre-headless'); fi
judge ray ray_data.py

agree=0
for rule in "${rules[@]}"; do
  echo "$rule"
  node scripts/compare-answers.mjs "$work/$rule/expected.json" "$work/$rule/answers" || agree=1
done
for line in ${missing[@]+"${missing[@]}"}; do echo "not run: $line"; done
[ $agree -eq 0 ] || exit 1
[ ${#missing[@]} -eq 0 ] || exit 2

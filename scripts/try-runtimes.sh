#!/usr/bin/env bash
# Runs every program of examples/runtimes on a model and photos, and compares what each says with `chiquito predict`: the same verdict, and a
# probability that is as near as docs/runtimes.md promises, for each rule by which photos become a square (squash, crop, pad). Not part of `npm test`: it installs what the programs ask for, into a folder.
#
#   bash scripts/try-runtimes.sh [RUN [PHOTO...]]
#
# Without RUN it trains `chiquito demo`, without photos it takes drawings that the demo did not learn from. FOLDER=... is where packages go
# (.cache/runtimes), PYTHON=... a Python from 3.11 on, TRANSFORMERS_PYTHON=... one that has transformers and torch (gigabytes) already,
# ONLY="java go" some of them, ONNXRUNTIME=... the shared library for Go.
# Ends with 0 where all agree, 1 where one does not or fails, 2 where all that ran agree and something to run others with is missing.
set -euo pipefail
# A wrong name would else run nothing, and agree.
known=' onnxruntime opencv openvino java go rust transformers.js transformers '
for name in ${ONLY:-}; do
  [[ $known == *" $name "* ]] || { echo "ONLY: there is no \"$name\"; there are$known" >&2; exit 1; }
done
cd "$(dirname "$0")/.."
root=$PWD
folder=${FOLDER:-.cache/runtimes}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
examples=$root/examples/runtimes
chiquito() { node scripts/ready.mjs --build --quiet --run dist/program/main.js "$@"; }

# What is asked, and what the product says.
run=${1:-$work/demo}
[ $# -gt 0 ] && shift || chiquito demo --out "$run" --quiet
[ -d "$run" ] && model=$run/model.onnx || model=$run
model=$(realpath "$model")
if [ $# -eq 0 ]; then
  # As JPEG and PNG, of many sizes: not every runtime has WebP, which the drawings are.
  node --input-type=module - "$work" <<'EOF_JS'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { unzipSync } from 'fflate'
import sharp from 'sharp'
const [, , work] = process.argv
mkdirSync(`${work}/photos`)
const drawings = Object.entries(unzipSync(readFileSync('assets/demo-dataset.zip'), { filter: ({ name }) => /^unseen\/.*webp$/.test(name) }))
for (const [i, [name, bytes]] of drawings.sort().slice(0, 6).entries()) {
  const drawn = sharp(bytes).resize(900 - 90 * i, 400 + 100 * i, { fit: 'fill' })
  const png = i % 2 === 1
  writeFileSync(`${work}/photos/${i}.${png ? 'png' : 'jpg'}`, await (png ? drawn.png() : drawn.jpeg({ quality: 92 })).toBuffer())
}
EOF_JS
  set -- "$work"/photos/*
fi
photos=()
for photo in "$@"; do photos+=("$(realpath "$photo")"); done

rules=(squash crop pad)
node scripts/model-by-each-rule.mjs "$model" "$work" "${rules[@]}"
for rule in "${rules[@]}"; do
  touch "$work/$rule/answers"
  chiquito predict "$work/$rule/model.onnx" "${photos[@]}" --json > "$work/$rule/expected.json" 2> "$work/told" || { cat "$work/told" >&2; exit 1; }
done

missing=()
wanted() { [[ " ${ONLY:-$1} " == *" $1 "* ]]; }
has() { command -v "$1" > /dev/null; }

# ask NAME TOLERANCE WHAT COMMAND...: COMMAND says what each photo shows, by WHAT of each rule; a failure is an answer, too.
ask() {
  local name=$1 tolerance=$2 what=$3 rule photo line
  shift 3
  echo "$name" >&2
  for rule in "${rules[@]}"; do
    for photo in "${photos[@]}"; do
      line=$("$@" "$work/$rule/$what" "$photo" 2> "$work/errors" | tail -1) || line="failed: $(tail -1 "$work/errors")"
      printf '%s\t%s\t%s\t%s\n' "$name" "$tolerance" "$photo" "$line" >> "$work/$rule/answers"
    done
  done
}

# packages FOLDER REQUIREMENT...: a Python of its own, once.
packages() {
  local place=$folder/$1
  shift
  [ -e "$place/ready" ] && return
  "${PYTHON:-python3}" -m venv "$place" && "$place/bin/pip" install --quiet "$@" && touch "$place/ready"
}
# Versions are those in the comments of the examples: one place to change them.
pinned() { sed -n "s/^.*\(pip\|npm\) install //p" "$examples/$1"; }

python() {
  local name=$1 tolerance=$2 file=$3 what=$4
  wanted "$name" || return 0
  if ! has "${PYTHON:-python3}"; then missing+=("$name: Python 3.11 or later, from python.org or your system"); return; fi
  # shellcheck disable=SC2046
  if ! packages "$name" $(pinned "$file") >&2; then missing+=("$name: pip could not install $(pinned "$file")"); return; fi
  ask "$name" "$tolerance" "$what" "$folder/$name/bin/python" "$examples/$file"
}

export HF_HOME=$work/hf HF_HUB_OFFLINE=1
python onnxruntime 0.05 onnxruntime_pillow.py model.onnx
python opencv 0.02 opencv_dnn.py model.onnx
python openvino 0.05 openvino_pillow.py model.onnx

if wanted java; then
  if ! has java || ! has mvn; then missing+=('java: JDK 17 or later and Maven: apt install default-jdk maven')
  else
    sed -n 's/^.*\(mvn dependency.*\)$/\1/p' "$examples/Classify.java" > "$work/fetch"
    if [ -e "$folder/java/ready" ] || (mkdir -p "$folder/java" && cd "$folder/java" && sed -i 's/^mvn/mvn -q -B/' "$work/fetch" \
      && bash -e "$work/fetch" >&2 && touch ready)
    then ask java 0.02 model.onnx java -cp "$folder/java/lib/*" "$examples/Classify.java"
    else missing+=('java: Maven could not fetch what Classify.java names'); fi
  fi
fi

if wanted go; then
  shared=${ONNXRUNTIME:-$(find "$root/node_modules/onnxruntime-node/bin" -path "*/linux/$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')/*" \
    -name 'libonnxruntime.so*' 2> /dev/null | head -1)}
  if ! has go || ! has cc; then missing+=('go: Go 1.26 or later from go.dev, and a C compiler')
  elif [ -z "$shared" ]; then missing+=('go: the shared library of onnxruntime, from its releases: ONNXRUNTIME=.../libonnxruntime.so')
  elif (cd "$examples/go" && go build -o "$folder/classify-go" .) >&2
  then ONNXRUNTIME=$shared ask go 0.05 model.onnx "$folder/classify-go"
  else missing+=('go: it could not be built, see above'); fi
fi

if wanted rust; then
  if ! has cargo; then missing+=('rust: Rust 1.91 or later, from rustup.rs')
  elif CARGO_TARGET_DIR=$folder/rust cargo build --release --quiet --manifest-path "$examples/rust/Cargo.toml" >&2
  then ask rust 0.05 model.onnx "$folder/rust/release/classify"
  else missing+=('rust: it could not be built, see above'); fi
fi

if wanted transformers.js || wanted transformers; then
  for rule in "${rules[@]}"; do
    chiquito export "$work/$rule/model.onnx" --to huggingface --out "$work/$rule/hub" > "$work/told" 2>&1 || { cat "$work/told" >&2; exit 1; }
  done
fi
if wanted transformers.js; then
  place=$folder/transformers.js
  # Its onnxruntime for CUDA, which a script would fetch, is not needed.
  # shellcheck disable=SC2046
  if [ -e "$place/ready" ] || (mkdir -p "$place" && cd "$place" && echo '{}' > package.json \
    && npm install --ignore-scripts --silent $(pinned transformers_js.mjs) >&2 && touch ready)
  then
    cp "$examples/transformers_js.mjs" "$place/"
    ask transformers.js 0.05 hub node "$place/transformers_js.mjs"
  else missing+=("transformers.js: npm could not install $(pinned transformers_js.mjs)"); fi
fi
if [ -n "${TRANSFORMERS_PYTHON:-}" ] && wanted transformers; then
  ask transformers 0.05 hub "$TRANSFORMERS_PYTHON" "$examples/transformers_pipeline.py"
else
  python transformers 0.05 transformers_pipeline.py hub
fi

agree=0
for rule in "${rules[@]}"; do
  echo "$rule"
  node scripts/compare-answers.mjs "$work/$rule/expected.json" "$work/$rule/answers" || agree=1
done
for line in ${missing[@]+"${missing[@]}"}; do echo "not run: $line"; done
[ $agree -eq 0 ] || exit 1
[ ${#missing[@]} -eq 0 ] || exit 2

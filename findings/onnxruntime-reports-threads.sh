#!/usr/bin/env bash
# onnxruntime-node 1.30.0, its library for Linux x64, Node.js 20.
#
# Behaviour: the runtime's reports to its makers are switched off by the environment variable ORT_DISABLE_TELEMETRY. A program that
#            sets it in `process.env` of its main thread before the runtime is loaded is heard; one that does so in a worker
#            thread, where the runtime is loaded, is not: an identifier of the device and a store of reports to send appear in
#            the home folder. A thread started with `env: SHARE_ENV` is heard.
# Guess:     what is set in `process.env` just before the runtime is loaded is heard, wherever that is.
# Seen:      main thread: nothing; thread: deviceid, onnxruntime.db; thread that shares its environment: nothing.
# Source:    onnxruntime/core/platform/posix/telemetry.cc and telemetry_environment.h (`getenv`); pull request 27379 of
#            microsoft/onnxruntime; Node's documentation of `worker_threads` (`process.env` of a thread is a copy)
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
unset ORT_DISABLE_TELEMETRY CI GITHUB_ACTIONS TF_BUILD XDG_CACHE_HOME XDG_DATA_HOME
npm init -y > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts onnxruntime-node@1.30.0 onnx-proto@4.0.4 > /dev/null || exit 2

cat > look.cjs <<'EOF_JS'
const { isMainThread, SHARE_ENV, Worker } = require('node:worker_threads')
const { onnx } = require('onnx-proto')
const type = { tensorType: { elemType: 1, shape: { dim: [{ dimValue: 2 }] } } }
const file = onnx.ModelProto.encode(onnx.ModelProto.create({
  irVersion: 8,
  opsetImport: [{ domain: '', version: 17 }],
  graph: {
    name: 'g',
    node: [{ opType: 'Neg', input: ['x'], output: ['y'] }],
    input: [{ name: 'x', type }],
    output: [{ name: 'y', type }],
  },
})).finish()
const ask = async () => {
  process.env.ORT_DISABLE_TELEMETRY = '1'
  const ort = require('onnxruntime-node')
  const session = await ort.InferenceSession.create(file)
  await session.run({ x: new ort.Tensor('float32', [1, 2], [2]) })
}
const [, , where] = process.argv
if (!isMainThread || where === 'main') ask()
else if (where === 'thread') new Worker(__filename)
else new Worker(__filename, { env: SHARE_ENV })
EOF_JS
for where in main thread sharing; do
  mkdir -p "home-$where/tmp"
  HOME="$work/home-$where" TMPDIR="$work/home-$where/tmp" node look.cjs "$where" > /dev/null 2>&1
  echo "$where: $(find "home-$where/.cache" -type f \( -name deviceid -o -name onnxruntime.db \) -printf '%f\n' 2> /dev/null | sort | paste -sd' ')"
done | tee seen

printf '%s\n' 'main: ' 'thread: deviceid onnxruntime.db' 'sharing: ' > stated
diff stated seen && echo 'as stated'

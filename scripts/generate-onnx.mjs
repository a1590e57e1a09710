// Makes src/onnx/generated/onnx_pb.ts from the official onnx.proto beside it: `node scripts/generate-onnx.mjs`.
// The tools are fetched by npx at fixed versions and are no dependency of the package; the plugin's version must be
// that of @bufbuild/protobuf in package.json.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../src/onnx/generated/', import.meta.url))
const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'))
const version = lock.packages['node_modules/@bufbuild/protobuf'].version

const template = {
  version: 'v2',
  plugins: [{ local: 'protoc-gen-es', out: '.', opt: ['target=ts', 'import_extension=js'] }],
}
const packages = ['-p', '@bufbuild/buf@1.75.0', '-p', `@bufbuild/protoc-gen-es@${version}`]
execFileSync(
  'npx',
  ['-y', ...packages, 'buf', 'generate', 'onnx.proto', '--template', JSON.stringify(template)],
  {
    cwd: folder,
    stdio: 'inherit',
  },
)

// Makes assets/efficientnet-lite0.safetensors from the published weights.
//
//   node node_modules/typescript/bin/tsc -p tsconfig.tools.json
//   node dist-tools/scripts/make-backbone-asset.js ../shared/backbones/efficientnet-lite0-57934424.pth
//
// The same weights give the same bytes. The SHA-256 printed at the end belongs into src/backbones/registry.ts.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { packBackbone } from '../src/backbones/index.js'

const [source] = process.argv.slice(2)
if (source === undefined) {
  process.stderr.write('usage: make-backbone-asset WEIGHTS.pth (in the root of the checkout)\n')
  process.exit(2)
}
const packed = await packBackbone('efficientnet-lite0', {
  bytes: readFileSync(source),
  name: path.basename(source),
})
const target = path.join('assets', 'efficientnet-lite0.safetensors')
writeFileSync(target, packed)
const sha256 = createHash('sha256').update(packed).digest('hex')
process.stdout.write(`${target}: ${packed.length} bytes, SHA-256 ${sha256}\n`)

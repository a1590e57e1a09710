import { createWriteStream } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { preparation } from './device.js'
import { loadRuntime } from './runtime.js'

// `node prepare-process.js FOLDER`: an `.onnx` file on standard input, the same as the runtime rewrites it on descriptor 3.
// The runtime writes only into files, so there is one in FOLDER, which goes when it was read: also when nobody waits for
// the answer any more.

const folder = process.argv[2]
const file = path.join(folder, 'prepared.ort')
try {
  const { InferenceSession } = await loadRuntime()
  await InferenceSession.create(await buffer(process.stdin), preparation(file))
  const prepared = await readFile(file)
  await rm(folder, { recursive: true, force: true })
  createWriteStream('', { fd: 3 })
    .on('error', () => process.exit(1))
    .end(prepared, () => process.exit(0))
} catch {
  await rm(folder, { recursive: true, force: true })
  process.exit(1)
}

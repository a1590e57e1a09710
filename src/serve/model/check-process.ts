import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { ChiquitoError, failureOf } from '../../core/index.js'
import { devices, prepareFile } from '../../engine/index.js'
import { ioError } from '../../files/index.js'
import { scanModel } from '../../onnx/index.js'
import { Predictor } from '../../predict/index.js'
import type { FromCheck, ModelFacts } from './messages.js'

// `node check-process.js MODEL DEVICE PREPARED`: opens a model as predictions do, which asks it about its golden photos, and says what it is. For the CPU it is
// then written to PREPARED, as the runtime rewrites it. In
// a process of its own, as reading a graph takes several times its memory, which a process that goes on does not get rid of.

const [, , path, name, prepared] = process.argv

function say(message: FromCheck): Promise<void> {
  return new Promise(resolve => process.send?.(message, () => resolve()))
}

async function read(): Promise<{ readonly bytes: Uint8Array; readonly id: string }> {
  const bytes = await readFile(path).catch(error => {
    throw ioError(error, 'read', path)
  })
  return { bytes, id: createHash('sha256').update(bytes).digest('hex') }
}

async function check(): Promise<Extract<FromCheck, { kind: 'ready' }>> {
  const { bytes, id } = await read()
  // Before the runtime opens it: the file may be a stranger's.
  scanModel(bytes, `"${path}"`)
  const predictor = await Predictor.open(path, {
    device: devices.find(device => device === name),
    notice: message => void say({ kind: 'notice', message }),
  })
  if (id !== (await read()).id)
    throw new ChiquitoError(
      'model',
      `"${path}" was replaced while it was read. It is read again when it stays as it is.`,
    )
  const { golden: _, ...metadata } = predictor.metadata
  const facts: ModelFacts = {
    ...metadata,
    id,
    known: predictor.threshold,
    takesBatches: predictor.takesBatches,
  }
  return { kind: 'ready', facts, isPrepared: name === 'cpu' && (await isPrepared(bytes)) }
}

/** Where it cannot be, the model file itself does. */
async function isPrepared(bytes: Uint8Array): Promise<boolean> {
  try {
    await prepareFile(bytes, prepared)
    return true
  } catch {
    return false
  }
}

try {
  await say(await check())
} catch (error) {
  await say({ kind: 'refused', failure: failureOf(error) })
}
process.disconnect?.()

// Loaded by processes of tests before anything else: they stand still in the middle of their work, see standstill.ts.
import { existsSync, promises as files, default as fs } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const { flag, at, times } = JSON.parse(process.env.CHIQUITO_STAND_STILL)
const clock = new Int32Array(new SharedArrayBuffer(4))
let count = 0

function passed(text) {
  if (!text.includes(at) || ++count < times) return
  while (existsSync(flag)) Atomics.wait(clock, 0, 0, 10)
}

const { send } = process
if (send)
  process.send = (message, ...more) => {
    const isSent = send.call(process, message, ...more)
    passed(JSON.stringify(message))
    return isSent
  }
const { writeSync } = fs
fs.writeSync = (file, data, ...more) => {
  const written = writeSync(file, data, ...more)
  passed(String(data))
  return written
}
const { rename } = files
files.rename = async (from, to) => {
  await rename(from, to)
  passed(String(to))
}
syncBuiltinESMExports()

// Loaded before the program (node --import): what AT_MOMENTS tells happens to it just then, neither too early nor when it is over. A
// signal that a process sends itself is as one from elsewhere.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import path from 'node:path'
import { isMainThread } from 'node:worker_threads'

const PAUSE_MS = 5

/** Not for processes that it starts itself. */
const due = isMainThread ? JSON.parse(process.env.AT_MOMENTS ?? '[]') : []
delete process.env.AT_MOMENTS

let told = ''

/** Whether a moment has come, with what was just done. */
function hasCome({ said, opened, named, files, lines }, { what, name }) {
  if (said !== undefined) return told.includes(said)
  if (opened !== undefined) return what === 'opened' && name.startsWith(opened)
  if (named !== undefined) return what === 'named' && name === named
  if (files !== undefined) return what === 'named' && new RegExp(files.like).test(name) && --files.count <= 0
  if (!fs.existsSync(lines.file)) return false
  const like = new RegExp(lines.like)
  const there = fs.readFileSync(lines.file, 'utf8').split('\n').slice(0, -1)
  return there.filter(line => like.test(line)).length >= lines.count
}

function done(what, name = '') {
  for (const one of [...due]) {
    one.isHere ||= hasCome(one.at, { what, name })
    if (!one.isHere || one.at.later-- > 0) continue
    due.splice(due.indexOf(one), 1)
    if (one.signal !== undefined) process.kill(one.to ?? process.pid, one.signal)
    while (one.until !== undefined && !fs.existsSync(one.until)) sleep(PAUSE_MS)
  }
}

function sleep(ms) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

if (due.length > 0) {
  const tell = process.stderr.write.bind(process.stderr)
  process.stderr.write = (...args) => {
    const isRoom = tell(...args)
    told += args[0]
    done('said')
    return isRoom
  }
  const { open, rename } = fs.promises
  const { writeSync } = fs
  fs.promises.open = async (file, ...args) => {
    const handle = await open(file, ...args)
    const { appendFile } = handle
    handle.appendFile = async (...more) => {
      await appendFile.apply(handle, more)
      done('written')
    }
    if (args[0] !== 'r') done('opened', path.basename(file))
    return handle
  }
  fs.promises.rename = async (from, to) => {
    await rename(from, to)
    done('named', path.basename(to))
  }
  fs.writeSync = (...args) => {
    const count = writeSync(...args)
    done('written')
    return count
  }
  syncBuiltinESMExports()
}

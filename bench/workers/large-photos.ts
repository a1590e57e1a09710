// One side of `bench memory`: views of photo files on threads, in a process that does only that. Tells its peak memory.
//
//   large-photos.js THREADS FILE...
import { PhotoReader } from '../../src/images/index.js'
import { highWaterMark } from '../support/process.js'

const [threads, ...files] = process.argv.slice(2)
const reader = new PhotoReader({ workers: Number(threads) })
const rule = { size: 224, resize: 'crop' } as const
await Promise.all(files.map(file => reader.views(file, { name: file, rule, draws: [null] })))
await reader.close()
process.stdout.write(`${JSON.stringify({ peakMb: highWaterMark(process.pid) })}\n`)

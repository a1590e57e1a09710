// One side of `bench lfw`: the archive read and 270 people drawn, their photos in memory, in a process that does only
// that. Tells how long it took, loading code aside.
//
//   lfw-read.js ARCHIVE
import { readArchive } from '../../src/collect/archives/index.js'
import { Draw } from '../../src/collect/lfw/draw.js'
import { HeldPhotos } from '../../src/collect/lfw/held-photos.js'

const [archive] = process.argv.slice(2)
const begin = performance.now()
const draw = new Draw(270, 0)
const held = new HeldPhotos('never-made')
await readArchive(archive, () => ({ name, size }) => {
  const [person, file] = name.split('/').slice(-2)
  const taken = draw.offer(person, file)
  if (taken === undefined) return undefined
  if (taken.instead !== undefined) held.drop(taken.instead.file)
  return held.sink(file, size)
})
const seconds = (performance.now() - begin) / 1000
const bytes = draw.result.reduce((sum, { file }) => sum + held.get(file).length, 0)
process.stdout.write(`${JSON.stringify({ seconds, bytes })}\n`)

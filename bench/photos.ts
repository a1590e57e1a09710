import path from 'node:path'
import { z } from 'zod'
import { messageOf } from '../src/core/index.js'
import { PhotoReader } from '../src/images/index.js'
import { type Made, OtherTools } from './support/other-tools.js'
import type { BenchOptions, BenchResult } from './support/result.js'

const name = 'photos'
/** Side of the photos, in pixels, and of what everyone is asked for: nothing is resized. */
const size = 96
/** Mean difference in bytes that lossy coding may make. */
const tolerance = 10

const answerSchema = z.union([
  z.object({ error: z.string() }),
  z.object({ left_out: z.literal(true) }),
  z.object({ mode: z.string(), pixels: z.string() }),
])

type Answer = z.infer<typeof answerSchema>
type MadePhoto = Made['photos'][number]

/** One picture in many forms, read by the field's tools and by us: which of its possible readings each gives. */
export async function benchPhotos({ json, only = '' }: BenchOptions): Promise<BenchResult> {
  const tools = await OtherTools.open()
  if ('skipped' in tools) return { name, rows: [], skipped: tools.skipped }
  try {
    const photos = tools.made.photos.filter(photo => photo.name.includes(only))
    const notes = tools.made.skipped.map(reason => `not made: ${reason}`)
    const heads: string[] = []
    const columns: string[][] = []
    for (const tool of tools.made.tools) {
      const files = photos.map(({ file }) => path.join('photos', file))
      const found = await tools.ask(tool, 'photo', files)
      if (!json) process.stderr.write(`${tool}\n`)
      notes.push('skipped' in found ? `${tool} is not here: ${found.skipped}` : `${tool}: ${found.versions}`)
      if ('skipped' in found) continue
      heads.push(tool)
      columns.push(photos.map((photo, i) => reading(answerSchema.parse(found.answers[i]), photo)))
    }
    const ours = await ourReadings(photos, path.join(tools.root, 'photos'))
    const lines = photos.map((photo, i) => [photo.name, ...columns.map(column => column[i]), ours[i]])
    const table = {
      title: 'One picture in many forms: what is read',
      lines: [['', ...heads, 'chiquito'], ...lines],
    }
    return { name, rows: [], tables: [table], notes, failures: failuresOf(photos, ours) }
  } finally {
    await tools.close()
  }
}

async function ourReadings(photos: readonly MadePhoto[], root: string): Promise<string[]> {
  const reader = new PhotoReader({ workers: 1 })
  try {
    const found: string[] = []
    for (const photo of photos) {
      const file = path.join(root, photo.file)
      const answer = await reader
        .views(file, { name: photo.file, rule: { size, resize: 'crop' }, draws: [null] })
        .then(([view]) => ({ mode: 'RGB', pixels: Buffer.from(view).toString('base64') }))
        .catch(error => ({ error: messageOf(error) }))
      found.push(reading(answer, photo))
    }
    return found
  } finally {
    await reader.close()
  }
}

/** The name of the reading that is nearest; of none where all are far. */
function reading(answer: Answer, { readings }: MadePhoto): string {
  if ('error' in answer) return 'refused'
  if ('left_out' in answer) return 'left out'
  const pixels = Buffer.from(answer.pixels, 'base64')
  const far = Object.entries(readings).map(
    ([called, bytes]) => [called, difference(pixels, Buffer.from(bytes, 'base64'))] as const,
  )
  const [called, distance] = far.reduce((a, b) => (b[1] < a[1] ? b : a))
  const read = distance < tolerance ? called : 'something else'
  return answer.mode === 'RGB' ? read : `${read} (${answer.mode})`
}

function difference(a: Buffer, b: Buffer): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY
  let total = 0
  for (const [i, byte] of a.entries()) total += Math.abs(byte - b[i])
  return total / a.length
}

/** A picture must be read rightly by us, or refused; where several readings are fair, the first one is. */
function failuresOf(photos: readonly MadePhoto[], ours: readonly string[]): string[] {
  return photos.flatMap(({ name: photo, readings }, i) => {
    const [right] = Object.keys(readings)
    return ours[i] === right || ours[i] === 'refused' ? [] : [`${photo}: ${ours[i]}, not ${right}`]
  })
}

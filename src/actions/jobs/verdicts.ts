import path from 'node:path'
import { z } from 'zod'
import { ChiquitoError } from '../../core/index.js'
import { sha256Schema } from '../../files/index.js'
import { type JobKind, jobKind, LastUsed } from '../../jobs/index.js'
import { Judge } from './judge.js'
import { LocalFiles } from './local-files.js'
import { halves } from './photo-shard.js'

/** What verdicts depend on: the whole model file, with its threshold and how it takes photos, and what the photos hold. */
const askedSchema = z.strictObject({
  model: sha256Schema,
  device: z.enum(['cpu', 'webgpu', 'cuda']),
  tta: z.int().min(0),
  photos: z.array(sha256Schema),
})

const placeSchema = z.strictObject({
  /** Of the model's file. */
  model: z.string(),
  threads: z.int().positive().optional(),
  /** Files, by what they hold. */
  photos: z.record(sha256Schema, z.string()),
})

export type VerdictsAsked = z.infer<typeof askedSchema>
export type VerdictsPlace = z.infer<typeof placeSchema>

/**
 * A shard of photos and what a model says of each: JSON, a line a content, in the order asked. Paths are no part of it, so photos that
 * were moved are known still.
 */
export function verdictsKind(): JobKind {
  const judges = new LastUsed<Judge>()
  const local = new LocalFiles()
  return jobKind<VerdictsAsked, VerdictsPlace>({
    name: 'verdicts',
    revision: 1,
    asked: askedSchema,
    place: placeSchema,
    async perform(asked, place, { store, signal, threads }) {
      if (asked.photos.length === 0) return new Uint8Array()
      const listed = asked.photos.map(content => ({ sha256: content, path: pathOf(place, content) }))
      const { model, device, tta } = asked
      const file = await local.model(store, { sha256: model, path: place.model })
      const options = { path: file, model, device, tta, threads: threads ?? place.threads }
      const said = await local.withPhotos(store, { root: path.sep, photos: listed }, (root, names) => {
        const photos = listed.map(({ sha256 }, i) => ({ sha256, path: path.resolve(root, names[i]) }))
        return judges.use(
          JSON.stringify(options),
          () => Judge.open(options, { signal }),
          judge => judge.verdicts(photos, { signal }),
        )
      })
      return linesFrom(asked.photos.map(content => said.get(content) ?? ''))
    },
    division: {
      parts: (asked, place) => halves(asked).map(half => ({ asked: half, place })),
      join: (_, results) => linesFrom(results.flatMap(linesIn)),
      setAside: (_, reason) => linesFrom([JSON.stringify({ error: reason })]),
    },
    async close() {
      await judges.close()
      await local.close()
    },
  })
}

/** The lines of a result. */
export function linesIn(result: Uint8Array): string[] {
  return new TextDecoder().decode(result).split('\n').slice(0, -1)
}

function linesFrom(lines: readonly string[]): Uint8Array {
  return new TextEncoder().encode(lines.map(line => `${line}\n`).join(''))
}

function pathOf({ photos }: VerdictsPlace, content: string): string {
  if (Object.hasOwn(photos, content)) return photos[content]
  throw new ChiquitoError('usage', `A job does not say where the photo ${content} can be read.`)
}

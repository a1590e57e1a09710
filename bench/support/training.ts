import path from 'node:path'
import { z } from 'zod'
import { checkoutRoot, chiquito, timed } from './process.js'

/** A finished training of either side. */
export interface Trained {
  readonly seconds: number
  /** On the validation photos. */
  readonly accuracy: number
  /** With test-time augmentation; undefined where the script has none. */
  readonly tta: number | undefined
  /** After each stage. */
  readonly stages: readonly { readonly name: string; readonly accuracy: number }[]
}

const oursSchema = z.object({
  accuracy: z.number(),
  tta: z.object({ accuracy: z.number() }).optional(),
  stages: z.array(z.object({ name: z.string(), accuracy: z.number() })),
})

const theirsSchema = z.object({
  seconds: z.number(),
  accuracy: z.number(),
  tta: z.number().nullish(),
  stages: z.array(z.number()).optional(),
})

/** `chiquito train` on two threads as a whole process, with report, from an empty cache. */
export async function trainOurs(photos: string, folder: string, args: readonly string[]): Promise<Trained> {
  const out = path.join(folder, args.join(' '))
  const given = ['train', photos, '--out', out, '--threads', '2', '--quiet', '--json', ...args]
  const { seconds, stdout } = await chiquito(given, { CHIQUITO_CACHE: `${out} cache` })
  const { accuracy, tta, stages } = oursSchema.parse(JSON.parse(stdout))
  return { seconds, accuracy, tta: tta?.accuracy, stages }
}

/** A script of bench/python that trains; its last line is a JSON object. Its seconds are without its imports. */
export async function trainTheirs(python: string, script: string, args: readonly string[]): Promise<Trained> {
  const { stdout } = await timed(python, [path.join(checkoutRoot(), 'bench', 'python', script), ...args])
  const found = theirsSchema.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''))
  const { seconds, accuracy, tta, stages = [] } = found
  const named = stages.map((each, i) => ({ name: `stage ${i + 1}`, accuracy: each }))
  return { seconds, accuracy, tta: tta ?? undefined, stages: named }
}

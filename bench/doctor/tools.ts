import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { checkoutRoot, chiquito, type Finished, timed } from '../support/process.js'
import { treeMb } from '../support/process-tree.js'
import type { Answer } from './faults.js'
import type { Truth } from './plants.js'

/** The planted faults that each of our checks is for. Checks of copies are apart: what they find is pairs and groups. */
const checks: Readonly<Record<string, readonly string[]>> = {
  dark: ['dark'],
  bright: ['over-bright'],
  blurred: ['gaussian blur', 'motion blur'],
  'low-information': ['flat'],
  'few-colours': ['few colours'],
  greyscale: ['grey among colour'],
  'odd-aspect': ['4 to 1'],
  'too-small': ['under 40 pixels'],
  unreadable: ['truncated'],
  extension: ['wrong extension'],
  animated: ['animated'],
  rotation: ['EXIF rotation'],
  place: ['place in EXIF', 'name in EXIF'],
}
const copyChecks = new Set(['exact-copies', 'near-copies', 'hidden-copies'])

const findingsSchema = z.object({
  findings: z.array(z.object({ check: z.string(), photos: z.array(z.string()) })),
})

const answerSchema = z.object({
  flags: z.record(z.string(), z.array(z.string())),
  groups: z.array(z.array(z.string())),
  notes: z.array(z.string()),
})

/** What our command line says of a folder, deep checks included, from an empty cache. */
export async function askOurs(photos: string, cache: string): Promise<Answer> {
  const { stdout } = await chiquito(['doctor', photos, '--json', '--quiet'], { CHIQUITO_CACHE: cache })
  const { findings } = findingsSchema.parse(JSON.parse(stdout))
  const flags: Record<string, string[]> = {}
  const groups: string[][] = []
  for (const fault of Object.values(checks).flat()) flags[fault] = []
  for (const { check, photos: found } of findings) {
    if (copyChecks.has(check)) groups.push(found)
    for (const fault of checks[check] ?? []) flags[fault]?.push(...found)
  }
  return { flags, groups, notes: [] }
}

export interface Tool {
  /** As it stands in the table. */
  readonly name: string
  /** Its package, and what `bench/python/cleaners.py` calls it. */
  readonly from: 'cleanvision' | 'imagededup' | 'cleanlab'
  readonly key: string
  readonly copiesOnly: boolean
}

export const tools: readonly Tool[] = [
  { name: 'cleanvision', from: 'cleanvision', key: 'cleanvision', copiesOnly: false },
  { name: 'imagededup PHash', from: 'imagededup', key: 'phash', copiesOnly: true },
  { name: 'imagededup CNN', from: 'imagededup', key: 'cnn', copiesOnly: true },
  { name: 'cleanlab', from: 'cleanlab', key: 'datalab', copiesOnly: true },
]

/** What one of the others says of a folder; `place` is a folder for what it is told. */
export async function askTool(
  python: string,
  { key }: Tool,
  photos: string,
  truth: Truth,
  place: string,
): Promise<Answer> {
  const truncated = truth.faults.filter(({ fault }) => fault === 'truncated').map(({ file }) => file)
  const without = path.join(place, 'truncated.json')
  await writeFile(without, JSON.stringify(truncated))
  const { stdout } = await cleaners(python, [key, photos, '--without', without])
  return answerSchema.parse(lastLine(stdout))
}

/** Runs `bench/python/cleaners.py`. */
export function cleaners(python: string, args: readonly string[]): Promise<Finished> {
  return timed(python, [path.join(checkoutRoot(), 'bench', 'python', 'cleaners.py'), ...args], {}, treeMb)
}

/** Which of the others are there, with their versions; those that cannot be imported are null. */
export async function versionsOf(python: string): Promise<Record<string, string | null>> {
  const { stdout } = await cleaners(python, ['versions'])
  return z.record(z.string(), z.string().nullable()).parse(lastLine(stdout))
}

export function lastLine(stdout: string): unknown {
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
}

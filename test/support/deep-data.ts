import { RandomStream } from '../../src/core/index.js'
import type { CheckedPhoto, DeepData } from '../../src/doctor/index.js'

/** A photo made up for checks of features: where it stands, and what a network would see of it. */
export interface MadePhoto {
  readonly path: string
  readonly label: number
  readonly features: readonly number[]
  readonly split?: CheckedPhoto['split']
  /** Of its content; its own by default. */
  readonly sha256?: string
}

/** A data set whose photos are nothing but features; all are means of the last layer. */
export function deepData(labels: readonly string[], made: readonly MadePhoto[]): DeepData {
  const width = made[0].features.length
  const data = new Float32Array(made.length * width)
  for (const [i, { features }] of made.entries()) data.set(features, i * width)
  const photos = made.map(
    ({ path, label, split, sha256 = path }): CheckedPhoto => ({
      path,
      label,
      split,
      sha256,
      bytes: 1,
      facts: { header: null, looks: null, problem: null },
      row: undefined,
    }),
  )
  return { root: '/nowhere', labels, photos, features: { data, width, lastLayer: width } }
}

/** Features around a middle, as networks give them: none below 0. */
export function around(middle: readonly number[], spread: number, random: RandomStream): number[] {
  return middle.map(value => Math.max(0, value + spread * random.normal()))
}

/** A middle of its own for each name, the same for the same name. */
export function middleOf(name: string, width = 24): number[] {
  const random = RandomStream.fromSeed(5).fork('middle', name)
  return Array.from({ length: width }, () => Math.max(0, 1 + random.normal()))
}

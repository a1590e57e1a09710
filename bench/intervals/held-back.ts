import path from 'node:path'
import { loadBackbone } from '../../src/backbones/index.js'
import { RandomStream } from '../../src/core/index.js'
import { learningCurve } from '../../src/doctor/deep/index.js'
import { type DeepData, featuresOf, openCheckedData } from '../../src/doctor/index.js'
import { wilson } from '../../src/evaluate/index.js'
import type { TextTable } from '../support/result.js'

/** Halves drawn of each set. */
const HALVES = 4

/**
 * Half of the photos of each set are held back: what the learning curve of the others says of twice as many, beside what all of
 * them come to. A failure is a measured error whose own interval lies outside of the forecast's.
 */
export async function heldBack(
  sets: readonly string[],
  tell: (text: string) => void,
): Promise<{ table: TextTable; failures: string[] }> {
  const lines = [
    ['', 'photos', 'error of half', 'forecast', '95 % interval', 'measured', '95 % interval', 'held'],
  ]
  const failures: string[] = []
  const backbone = await loadBackbone('efficientnet-lite0')
  for (const folder of sets) {
    const name = path.basename(folder)
    const checked = await openCheckedData(folder)
    const data = { ...checked, features: await featuresOf(checked, { backbone }) }
    const all = await learningCurve(data)
    if (!all) continue
    const { error } = all.points[all.points.length - 1]
    const measured = wilson(Math.round(error * all.judged), all.judged) ?? [0, 1]
    for (let draw = 0; draw < HALVES; draw++) {
      const half = await learningCurve(halfOf(data, RandomStream.fromSeed(draw).fork('half', name)))
      if (!half) continue
      const [{ error: said, interval }] = half.forecasts
      const isHeld = interval[0] <= error && error <= interval[1]
      if (interval[0] > measured[1] || interval[1] < measured[0])
        failures.push(`learning curve of ${name}: ${said.toFixed(3)} forecast, ${error.toFixed(3)} measured`)
      const number = (value: number) => value.toFixed(3)
      const range = ([low, high]: readonly [number, number]) => `${number(low)} to ${number(high)}`
      const now = half.points[half.points.length - 1].error
      const line = [name, String(half.judged), number(now), number(said), range(interval)]
      lines.push([...line, number(error), range(measured), isHeld ? 'yes' : 'no'])
      tell(lines[lines.length - 1].join('  '))
    }
  }
  return {
    table: { title: 'learning curve of half of the photos, and what all of them come to', lines },
    failures,
  }
}

/** Half of the photos of each class. */
function halfOf(data: DeepData, random: RandomStream): DeepData {
  const { photos, labels, features } = data
  const kept = labels.flatMap((_, label) => {
    const own = photos.flatMap((photo, i) => (photo.label === label ? [i] : []))
    return random.shuffle(own).slice(0, Math.ceil(own.length / 2))
  })
  const { width } = features
  const rows = new Float32Array(kept.length * width)
  for (const [to, from] of kept.entries())
    rows.set(features.data.subarray(from * width, (from + 1) * width), to * width)
  return { ...data, photos: kept.map(i => photos[i]), features: { ...features, data: rows } }
}

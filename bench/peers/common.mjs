// What the other JavaScript libraries of `bench step` share: the batch and head that all sides train on, and the way
// they answer. These files are copied beside the libraries, which are no dependencies of the project.
import { createInterface } from 'node:readline'

export const classes = 2
export const rate = 1e-3
export const momentum = 0.9

/** Image [batch, 3, size, size]: waves and noise. */
export function image(batch, size) {
  const values = new Float32Array(batch * 3 * size * size)
  let at = 0
  for (let n = 0; n < batch; n++)
    for (let c = 0; c < 3; c++)
      for (let i = 0; i < size; i++)
        for (let j = 0; j < size; j++) {
          const wave = Math.sin(0.013 * (i + 1) * (c + 1) + 0.021 * j + 1.7 * n)
          const noise = (((Math.imul(at, 2654435761) >>> 16) % 256) - 127.5) / 128
          values[at++] = 0.5 * wave + 0.5 * noise
        }
  return values
}

/** One-hot rows [batch, classes]. */
export function targets(batch) {
  return Float32Array.from({ length: batch * classes }, (_, k) =>
    Math.floor(k / classes) % classes === k % classes ? 1 : 0,
  )
}

/** [classes, features] */
export function headWeight(features) {
  return Float32Array.from({ length: classes * features }, (_, i) => 0.02 * Math.sin(0.1 * i))
}

/** Says that this side is ready and answers: `{"run": 1}` with the seconds and the loss before each step. */
export async function serve(ready, step) {
  const tell = answer => process.stdout.write(`${JSON.stringify(answer)}\n`)
  tell({ ready })
  for await (const line of createInterface({ input: process.stdin })) {
    const seconds = []
    const losses = []
    for (let i = 0; i < JSON.parse(line).run; i++) {
      const begin = performance.now()
      losses.push(await step())
      seconds.push((performance.now() - begin) / 1000)
    }
    tell({ seconds, losses })
  }
  // Some backends keep the process alive.
  process.exit(0)
}

// Other ways to make probabilities honest than a temperature, fitted on the same logits of photos left out.
import { fitTemperature, softmaxRows } from '../../src/evaluate/index.js'
import { minimize, type Objective } from '../../src/train/logistic/lbfgs.js'
import type { LeftOut } from '../../src/train/recipes/frozen/index.js'

type Logits = readonly (readonly number[])[]

/** A way found on photos left out: logits of others to probabilities. */
export type Way = (logits: Logits) => number[][]

export interface OtherWay {
  readonly name: string
  find(held: LeftOut): Promise<Way>
}

/** Deviation of the priors that are like the temperature's. */
const spread = 0.25

export const otherWays: readonly OtherWay[] = [
  { name: 'temperature with the prior', find: held => temperature(held, { drawings: held.drawings }) },
  { name: 'free temperature', find: held => temperature(held, { spread: Number.POSITIVE_INFINITY }) },
  {
    name: 'Platt’s targets',
    find: held => temperature(held, { spread: Number.POSITIVE_INFINITY, imaginary: 1 }),
  },
  { name: 'temperature and shifts, prior', find: held => shifted(held, spread) },
  { name: 'vector', find: held => vector(held, Number.POSITIVE_INFINITY) },
  { name: 'vector with the prior', find: held => vector(held, spread) },
  { name: 'beta', find: held => beta(held, Number.POSITIVE_INFINITY) },
  { name: 'beta with the prior', find: held => beta(held, spread) },
]

async function temperature(
  { truth, logits }: LeftOut,
  options: { spread?: number; imaginary?: number; drawings?: number },
): Promise<Way> {
  const found = await fitTemperature(truth, logits, options)
  return rows => softmaxRows(rows, found.temperature)
}

/** One temperature and a shift of each class (Alexandari et al. 2020), with normal priors on its logarithm and about 0. */
async function shifted({ truth, logits, drawings }: LeftOut, deviation: number): Promise<Way> {
  const classes = logits[0].length
  const apply = (point: Float32Array, row: readonly number[]) =>
    row.map((x, k) => x * Math.exp(-point[classes]) + point[k])
  const objective: Objective = async point => {
    const grad = new Float64Array(classes + 1)
    let value = 0
    const inverse = Math.exp(-point[classes])
    for (const [i, row] of softmaxRows(logits.map(one => apply(point, one))).entries()) {
      value -= Math.log(Math.max(row[truth[i]], 1e-30))
      for (const [k, p] of row.entries()) {
        const slope = p - (k === truth[i] ? 1 : 0)
        grad[k] += slope
        grad[classes] -= slope * logits[i][k] * inverse
      }
    }
    return withPrior(point, { value, grad }, drawings, deviation, () => 0, truth.length)
  }
  const { point } = await minimize(objective, new Float32Array(classes + 1))
  return rows => softmaxRows(rows.map(row => apply(point, row)))
}

/** Vector scaling (Guo et al. 2017): a factor and a shift of each class, with normal priors about 1 and 0. */
async function vector({ truth, logits, drawings }: LeftOut, deviation: number): Promise<Way> {
  const classes = logits[0].length
  const apply = (point: Float32Array, row: readonly number[]) =>
    row.map((x, k) => point[k] * x + point[classes + k])
  const objective: Objective = async point => {
    const grad = new Float64Array(2 * classes)
    let value = 0
    const rows = softmaxRows(logits.map(row => apply(point, row)))
    for (const [i, row] of rows.entries()) {
      value -= Math.log(Math.max(row[truth[i]], 1e-30))
      for (const [k, p] of row.entries()) {
        const slope = p - (k === truth[i] ? 1 : 0)
        grad[k] += slope * logits[i][k]
        grad[classes + k] += slope
      }
    }
    return withPrior(point, { value, grad }, drawings, deviation, k => (k < classes ? 1 : 0), truth.length)
  }
  const start = Float32Array.from({ length: 2 * classes }, (_, k) => (k < classes ? 1 : 0))
  const { point } = await minimize(objective, start)
  return rows => softmaxRows(rows.map(row => apply(point, row)))
}

/**
 * Beta calibration (Kull et al. 2017): for each class logistic regression on ln p and -ln(1 - p), both with factor 1 and
 * shift 0 where nothing is to be changed; of more than two classes the answers are made to sum to 1.
 */
async function beta({ truth, logits, drawings }: LeftOut, deviation: number): Promise<Way> {
  const classes = logits[0].length
  const features = (p: number) => [Math.log(Math.max(p, 1e-12)), -Math.log(Math.max(1 - p, 1e-12))]
  const rows = softmaxRows(logits)
  const models: Float32Array[] = []
  for (let k = 0; k < classes; k++) {
    const given = rows.map(row => features(row[k]))
    const objective: Objective = async point => {
      const grad = new Float64Array(3)
      let value = 0
      for (const [i, [a, b]] of given.entries()) {
        const logit = point[0] * a + point[1] * b + point[2]
        const y = truth[i] === k ? 1 : 0
        value += Math.max(0, logit) - y * logit + Math.log1p(Math.exp(-Math.abs(logit)))
        const slope = 1 / (1 + Math.exp(-logit)) - y
        grad[0] += slope * a
        grad[1] += slope * b
        grad[2] += slope
      }
      return withPrior(point, { value, grad }, drawings, deviation, j => (j < 2 ? 1 : 0), truth.length)
    }
    models.push((await minimize(objective, Float32Array.of(1, 1, 0))).point)
  }
  return asked =>
    softmaxRows(asked).map(row => {
      const raw = row.map((p, k) => {
        const [a, b] = features(p)
        return 1 / (1 + Math.exp(-(models[k][0] * a + models[k][1] * b + models[k][2])))
      })
      const total = raw.reduce((sum, p) => sum + p, 0)
      return raw.map(p => (total > 0 ? p / total : 1 / classes))
    })
}

/** Mean over the photos of the loss, each drawing counting for a part, and of a normal prior. */
function withPrior(
  point: Float32Array,
  { value, grad }: { value: number; grad: Float64Array },
  drawings: number,
  deviation: number,
  middle: (k: number) => number,
  count: number,
): { value: number; grad: Float32Array } {
  const photos = count / drawings
  let prior = 0
  const slopes = Float32Array.from(grad, (slope, k) => {
    const off = point[k] - middle(k)
    prior += off ** 2 / (2 * deviation ** 2)
    return (slope / drawings + off / deviation ** 2) / photos
  })
  return { value: (value / drawings + prior) / photos, grad: slopes }
}

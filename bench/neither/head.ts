import { type Backbone, featureWidth } from '../../src/backbones/index.js'
import { foldsOf, type Photo } from '../../src/dataset/index.js'
import {
  autoCandidates,
  crossValidate,
  examplesOf,
  type LinearModel,
  LogisticRegression,
  standardization,
} from '../../src/train/index.js'

const folds = 5
const threads = 2
const c = 0.1

/** What the head says of some photos. */
export interface Answers {
  /** The standardised features that it reads. */
  readonly read: readonly Float32Array[]
  /** `[photo][class]` */
  readonly logits: readonly number[][]
}

export interface Head {
  readonly model: LinearModel
  /** Of the photos learnt from, by heads that went without them. */
  readonly outOfFold: readonly number[][]
  /** Of the photos learnt from, then of each group asked. */
  readonly answers: readonly Answers[]
}

/** The head that `auto` prefers: logistic regression on the standardised features of its first candidate. */
export async function learnHead(
  backbone: Backbone,
  learnt: readonly Photo[],
  groups: readonly (readonly Float32Array[])[],
  classes: number,
): Promise<Head> {
  const [{ spec, blocks }] = autoCandidates(backbone)
  const width = groups[0][0].length
  const change = standardization(flat(groups[0]), width, featureWidth(backbone, spec), blocks)
  const examples = groups.map((rows, g) => {
    const photos = g === 0 ? learnt : rows.map((_, i) => ({ ...learnt[0], path: `${i}` }))
    return examplesOf({ photos, width, views: [], unreadable: [] }, [flat(rows)], change, classes)
  })
  const foldOf = foldsOf(learnt, folds, 1)
  const options = { repetitions: [foldOf], folds, cs: [c], threads }
  const [{ repetitions }] = await crossValidate(examples[0], options)
  const regression = await LogisticRegression.open(examples[0], { threads })
  const model = await regression.fit({ c })
  await regression.close()
  const answers = examples.map(({ rows, width: own, photos }) => {
    const read = Array.from({ length: photos }, (_, i) => rows.subarray(i * own, (i + 1) * own))
    return { read, logits: read.map(row => logitsOf(model, row, classes)) }
  })
  return { model, outOfFold: repetitions[0].logits, answers }
}

function logitsOf({ weight, bias }: LinearModel, row: Float32Array, classes: number): number[] {
  return Array.from({ length: classes }, (_, k) => {
    let sum = bias[k]
    for (let j = 0; j < row.length; j++) sum += weight[k * row.length + j] * row[j]
    return sum
  })
}

export function flat(rows: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(rows.length * rows[0].length)
  for (const [i, row] of rows.entries()) out.set(row, i * row.length)
  return out
}

import { asFloat32, float32, type RandomStream } from '../../core/index.js'
import { type DeviceOptions, Session } from '../../engine/index.js'
import { GraphBuilder, model } from '../../onnx/index.js'
import { LEAST_TOLD, MOST_TOLD, oddsOf, tailOfOdds, tellApart } from './background.js'
import { appendKnown } from './graph.js'
import { type KnownBackground, type KnownPhotos, type KnownRanks, thresholdOf } from './known.js'
import { type Looks, type OtherThings, partOf, some } from './looks.js'

interface ToldOptions extends DeviceOptions {
  readonly classes: number
  readonly signal?: AbortSignal | undefined
  /** Photos learnt from, and those that new ones are ranked among. */
  readonly learnt: Looks
  readonly ranked: Looks & Pick<KnownRanks, 'by'>
  readonly others?: OtherThings | undefined
}

/** What tells photos of the classes from other things; the log-odds of those asked, each by a fit without it. */
export async function toldApart(
  options: ToldOptions,
  asked: readonly number[],
  random: RandomStream,
): Promise<{ background: KnownBackground; odds: readonly number[] } | undefined> {
  const { ranked, learnt, others } = options
  if (!others) return undefined
  const isLeftOut = ranked.by === 'train'
  const own = isLeftOut
    ? partOf(ranked, asked)
    : partOf(learnt, some(learnt.photos.length, MOST_TOLD, random.fork('own')))
  const theirs = partOf(others.learnt, some(others.learnt.photos.length, MOST_TOLD, random.fork('others')))
  const { device, threads, signal } = options
  if (new Set(theirs.photos.map(({ sha256 }) => sha256)).size < LEAST_TOLD) return undefined
  const told = await tellApart({ random, device, threads, signal, own, others: theirs })
  if (!told) return undefined
  const { weight, bias } = told
  const odds = isLeftOut ? told.leftOut : oddsOf(told, partOf(ranked, asked).rows)
  const counts = { learnt: others.learnt.photos.length, measured: 0, caught: 0 }
  return { background: { weight, bias, tail: tailOfOdds(odds), ...counts }, odds }
}

/** How many photos of other things are "neither" that were not learnt from. */
export async function measured(
  known: KnownPhotos,
  background: KnownBackground,
  { others, classes, device, threads }: ToldOptions,
): Promise<KnownPhotos> {
  if (!others || others.held.probabilities.length === 0) return known
  const { rows, width, probabilities } = others.held
  const count = probabilities.length
  const builder = new GraphBuilder('known')
  const features = builder.input('features', 'float32', [count, width])
  const said = builder.input('probabilities', 'float32', [count, classes])
  builder.output(appendKnown(builder, features, said, known), 'known')
  const session = await Session.open(model(builder.build()), { device, threads })
  try {
    const answers = await session.run({
      features: float32(rows, [count, width]),
      probabilities: float32(Float32Array.from(probabilities.flat()), [count, classes]),
    })
    const p = asFloat32(answers.known, 'known').data
    const caught = p.filter(one => one < thresholdOf(known)).length
    return { ...known, background: { ...background, measured: count, caught } }
  } finally {
    await session.close()
  }
}

import { expect, it } from 'vitest'
import { featureModel, featureWidth, loadBackbone } from '../../backbones/index.js'
import { asFloat32, float32, RandomStream, uint8 } from '../../core/index.js'
import { Session } from '../../engine/index.js'
import { model } from '../../onnx/index.js'
import { classifierGraph, HeadRunner, linearHead } from '../heads/index.js'
import { isKnowing, remember } from '../known/index.js'
import { cutOf } from './cut.js'
import { tunedBackbone } from './tuned.js'

const size = 64
const photos = 24

it('a tuned network compares photos through its last layers as they were, in the graph as by features', async () => {
  const backbone = await loadBackbone('efficientnet-lite0')
  const last = backbone.layers[backbone.layers.length - 1].name
  const spec = { layers: [{ name: last, pools: ['avg' as const] }] }
  const layer = cutOf(backbone, spec)?.layer ?? ''
  const random = RandomStream.fromSeed(5)
  const pixels = uint8(
    Uint8Array.from({ length: photos * size * size * 3 }, () => random.integer(256)),
    [photos, size, size, 3],
  )
  const seen = async (one: typeof backbone) => {
    const session = await Session.open(featureModel(one, { ...spec, size }))
    const { features } = await session.run({ pixels })
    await session.close()
    return asFloat32(features, 'features').data
  }
  const convolution = '_conv_head.weight'
  const { initializers } = backbone.network({ size, batch: 1, layers: [last] })
  const given = asFloat32(initializers.get(convolution), convolution)
  const turned = float32(
    given.data.map((value, i) => (i % 3 === 0 ? -value : value)),
    given.shape,
  )
  const tuned = tunedBackbone(backbone, new Map([[convolution, turned]]))
  const [before, after] = [await seen(backbone), await seen(tuned)]
  const width = featureWidth(backbone, spec)
  const looks = {
    photos: Array.from({ length: photos }, (_, i) => {
      return { path: `${i}`, label: i % 2, split: 'train' as const, bytes: 1, sha256: `${i}` }
    }),
    rows: before,
    width,
  }
  const probabilities = looks.photos.map(() => {
    const share = random.uniform(0.5, 1)
    return [share, 1 - share]
  })
  const known = await remember({
    ...{ backbone, spec, isTuned: false, classes: 2, seed: 0, learnt: looks },
    before: { backbone, layer, spec },
    ranked: { ...looks, by: 'train', probabilities },
  })
  if (!isKnowing(known)) throw new Error(known.why)

  const head = linearHead(width, 2)
  const weights = new Map(
    head.parameters.map(({ name, shape, init }) => [name, { ...init(random), shape }] as const),
  )
  const rule = { size, resize: 'squash' } as const
  const classifier = { backbone: tuned, spec, rule, labels: ['a', 'b'], head, weights, known }
  const session = await Session.open(model(classifierGraph(classifier)))
  const answers = await session.run({ pixels })
  await session.close()
  expect(asFloat32(answers.features, 'features').data[5]).toBeCloseTo(after[5], 4)
  const runner = await HeadRunner.open(head, weights, { known })
  const told = await runner.answers(after, before)
  const untold = await runner.answers(after)
  await runner.close()
  const whole = asFloat32(answers.known, 'known').data
  expect(told.known).toHaveLength(photos)
  expect(new Set(told.known).size).toBeGreaterThan(3)
  for (const [i, value] of (told.known ?? []).entries()) expect(whole[i]).toBeCloseTo(value, 5)
  expect(untold.known).toBeUndefined()
})

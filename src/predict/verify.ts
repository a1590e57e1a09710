import { argmax, asFloat32, ChiquitoError, messageOf, throwIfAborted, uint8 } from '../core/index.js'
import {
  type Device,
  devices,
  openPlain,
  type PlainRuntime,
  runtimeVersion,
  Session,
  usableDevice,
} from '../engine/index.js'
import { type ModelMetadata, thresholdIn } from '../run/index.js'
import { NO_GOLDEN_PHOTOS } from './golden.js'
import { distance, knownToleranceOf, toleranceOf } from './golden-answers.js'
import { goldenViews } from './golden-views.js'
import { requireFit } from './predictor.js'

/** How one runtime answers the golden photos of a model, beside what the model says it answered when it was made. */
export interface Reproduction {
  /** `onnxruntime-node` or `onnxruntime-web`. */
  readonly runtime: string
  /** Its version; undefined where it is not there. */
  readonly version: string | undefined
  /** `cpu`, `webgpu`, `cuda`, `wasm`. */
  readonly provider: string
  /** `as in predict`, `not rewritten` (the graph, by the runtime), or `plain`: with nothing of ours around it. */
  readonly how: string
  /** `same`, `differs` (more than its arithmetic explains), `failed` (does not take the model), or `absent` from this machine. */
  readonly state: 'same' | 'differs' | 'failed' | 'absent'
  /** Why it is absent or failed. */
  readonly reason?: string | undefined
  /** What the runtime itself says of its absence. */
  readonly detail?: string | undefined
  /** Golden photos with another verdict. */
  readonly changed?: number | undefined
  /** Golden photos that are "neither" here and were not, or the other way round; undefined where the model does not say. */
  readonly neither?: number | undefined
  /** How far `known` is from the recorded one at most; undefined where the model does not say. */
  readonly knownDifference?: number | undefined
  /** Where a probability is furthest from the recorded one. */
  readonly largest?: LargestDifference | undefined
}

export interface LargestDifference {
  /** Of two probabilities. */
  readonly difference: number
  /** Golden photo, from 1. */
  readonly photo: number
  readonly label: string
  readonly expected: number
  readonly got: number
}

/** Of one view. */
interface Answered {
  /** [labels] */
  readonly probabilities: ArrayLike<number>
  /** Undefined where it was not asked. */
  readonly known: number | undefined
}

/** Answers one view, bytes [1, size, size, 3]. */
type Answer = (view: Uint8Array) => Promise<Answered>

type Facts = Pick<ModelMetadata, 'golden' | 'labels' | 'view' | 'precision'>

/** The outputs that the golden photos tell of. */
function asked({ golden }: Facts): string[] {
  return golden.some(({ known }) => known !== undefined) ? ['probabilities', 'known'] : ['probabilities']
}

/**
 * Asks a model about its golden photos on every runtime and execution provider there is: as predictions run it, with the
 * runtime's rewriting of graphs switched off, and in plain onnxruntime-node and onnxruntime-web with nothing of ours around them.
 *
 * @param model - the file's bytes
 * @throws `model` where the golden photos are no photos of its size, or the graph does not fit the metadata; `interrupted`
 */
export async function reproduceGolden(
  model: Uint8Array,
  facts: ModelMetadata,
  { path, signal }: { readonly path: string; readonly signal?: AbortSignal | undefined },
): Promise<Reproduction[]> {
  if (facts.golden.length === 0)
    throw new ChiquitoError(
      'model',
      `"${path}" ${NO_GOLDEN_PHOTOS}: nothing was verified. Copy it again from where it was trained, or train again.`,
    )
  const views = await goldenViews(facts, path)
  const found: Reproduction[] = []
  for (const way of [
    ...devices.map(ours),
    unoptimised,
    ...(['onnxruntime-node', 'onnxruntime-web'] as const).map(plain),
  ]) {
    throwIfAborted(signal)
    found.push(await way(model, { facts, views, path }))
  }
  return found
}

interface Golden {
  readonly facts: ModelMetadata
  readonly views: readonly Uint8Array[]
  readonly path: string
}

type Way = (model: Uint8Array, golden: Golden) => Promise<Reproduction>

/** As predictions run it. */
function ours(device: Device): Way {
  const way = {
    runtime: 'onnxruntime-node',
    version: runtimeVersion(),
    provider: device,
    how: 'as in predict',
  }
  return async (model, golden) => {
    try {
      await usableDevice({ device, strict: true })
    } catch (error) {
      return {
        ...way,
        version: undefined,
        state: 'absent',
        reason: messageOf(error).replace(/ Leave the device out.*$/, ''),
        detail: error instanceof Error && error.cause ? messageOf(error.cause) : undefined,
      }
    }
    return throughSession(model, golden, way, device, 'all')
  }
}

const unoptimised: Way = (model, golden) => {
  const way = {
    runtime: 'onnxruntime-node',
    version: runtimeVersion(),
    provider: 'cpu',
    how: 'not rewritten',
  }
  return throughSession(model, golden, way, 'cpu', 'none')
}

type Told = Pick<Reproduction, 'runtime' | 'version' | 'provider' | 'how'>

async function throughSession(
  model: Uint8Array,
  golden: Golden,
  way: Told,
  device: Device,
  optimize: 'all' | 'none',
): Promise<Reproduction> {
  const { view, labels } = golden.facts
  let session: Session | undefined
  try {
    const opened = await Session.open(model, { device, strict: true, optimize, name: golden.path })
    session = opened
    requireFit(opened, golden.facts, golden.path)
    const answer: Answer = async bytes => {
      const pixels = uint8(bytes, [1, view.size, view.size, 3])
      const { probabilities, known } = await opened.run({ pixels }, asked(golden.facts))
      return {
        probabilities: asFloat32(probabilities, 'probabilities').data.subarray(0, labels.length),
        known: known && asFloat32(known, 'known').data[0],
      }
    }
    return { ...way, ...(await measured(answer, golden, device)) }
  } catch (error) {
    return failed(way, error)
  } finally {
    await session?.close()
  }
}

/** Nothing of ours between the file, the pixels and the answer. */
function plain(runtime: PlainRuntime): Way {
  const provider = runtime === 'onnxruntime-web' ? 'wasm' : 'cpu'
  const way = { runtime, version: undefined, provider, how: 'plain' }
  return async (model, golden) => {
    let close = async () => {}
    try {
      const session = await openPlain(runtime, model)
      if (session === undefined)
        return {
          ...way,
          state: 'absent',
          reason: `not installed; npm install ${runtime} beside chiquito to have it checked`,
        }
      close = session.close
      const { size } = golden.facts.view
      const answer: Answer = async bytes => {
        const [probabilities, known] = await session.run(bytes, [1, size, size, 3], asked(golden.facts))
        return { probabilities, known: known?.[0] }
      }
      return { ...way, version: session.version, ...(await measured(answer, golden, 'cpu')) }
    } catch (error) {
      return failed(way, error)
    } finally {
      await close()
    }
  }
}

/** Only what a runtime makes of the model is told; whatever else goes wrong goes through. */
function failed(way: Told, error: unknown): Reproduction {
  const isTold = error instanceof ChiquitoError && (error.code === 'model' || error.code === 'engine')
  if (!isTold) throw error
  return { ...way, state: 'failed', reason: error.message }
}

/** @param device - whose arithmetic the tolerances are for */
async function measured(
  answer: Answer,
  { facts, views }: Golden,
  device: Device,
): Promise<Pick<Reproduction, 'state' | 'changed' | 'neither' | 'knownDifference' | 'largest'>> {
  const { golden, labels } = facts
  let changed = 0
  let isNear = true
  let largest: LargestDifference | undefined
  const familiar: { readonly recorded: number; readonly got: number }[] = []
  for (const [i, { probabilities: expected, known, label: verdict }] of golden.entries()) {
    const { probabilities: got, known: now } = await answer(views[i])
    if (got.length !== labels.length)
      throw new ChiquitoError('model', `It answers with ${got.length} numbers for ${labels.length} labels.`)
    // By name, so that labels which no longer belong to the outputs show.
    if (labels[argmax(got)] !== (verdict ?? labels[argmax(expected)])) changed++
    for (const [k, label] of labels.entries()) {
      const difference = Math.abs(got[k] - expected[k])
      // Also where it is no number at all.
      if (!(distance(expected[k], got[k]) <= toleranceOf(device, facts))) isNear = false
      if (largest === undefined || !(difference <= largest.difference))
        largest = { difference, photo: i + 1, label, expected: expected[k], got: got[k] }
    }
    if (known !== undefined) familiar.push({ recorded: known, got: now ?? Number.NaN })
  }
  const { neither, knownDifference } = familiarity(familiar, facts)
  const isFamiliar = (neither ?? 0) === 0 && !((knownDifference ?? 0) > knownToleranceOf(device, facts))
  const isSame = changed === 0 && isNear && isFamiliar && !Number.isNaN(knownDifference)
  return { state: isSame ? 'same' : 'differs', changed, neither, knownDifference, largest }
}

/** What became of the output `known`. */
function familiarity(
  photos: readonly { readonly recorded: number; readonly got: number }[],
  facts: ModelMetadata,
): Pick<Reproduction, 'neither' | 'knownDifference'> {
  const threshold = thresholdIn(facts)
  if (photos.length === 0 || threshold === undefined) return {}
  return {
    neither: photos.filter(({ recorded, got }) => recorded < threshold !== got < threshold).length,
    knownDifference: Math.max(...photos.map(({ recorded, got }) => Math.abs(got - recorded))),
  }
}

import path from 'node:path'
import { wilson } from '../../evaluate/index.js'
import { type LogRecord, readLog } from '../../files/index.js'
import { RunFolder } from '../../run/index.js'
import type { LivePoint } from '../api/runs.js'
import type { Places } from './places.js'

/** Steps that are told of: more than a chart has pixels for would only cost time. */
const MOST_STEPS = 400

/** What a run's log says of its learning, in order; nothing where there is no log yet. */
export async function liveFigures(id: string, { runs }: Places): Promise<LivePoint[]> {
  const folder = path.join(runs, id)
  const lines = await readLog(path.join(folder, 'log.jsonl')).catch(() => [])
  const counts = await partsOf(folder)
  return thinned(lines.flatMap(line => livePoint(line, counts)))
}

interface Counts {
  readonly train: number
  readonly valid: number
}

/** How many photos are learnt from and measured on; none as long as that is not recorded. */
async function partsOf(folder: string): Promise<Counts> {
  const division = await RunFolder.open(folder)
    .then(run => run.readDivision())
    .catch(() => undefined)
  const photos = division?.recorded.photos ?? []
  const count = (part: string) => photos.filter(({ split }) => split === part).length
  return { train: count('train'), valid: count('valid') }
}

function livePoint(line: LogRecord, { train, valid }: Counts): LivePoint[] {
  const { event, stage, step, loss, epoch, trainLoss, validLoss, accuracy, name, logLoss } = line
  const interval = (share: number, count: number) => wilson(Math.round(share * count), count)
  if (event === 'step' && isText(stage) && isNumber(step) && isNumber(loss))
    return [{ kind: 'step', stage, step, loss }]
  if (event === 'candidate' && isText(name) && isNumber(accuracy) && isNumber(logLoss))
    return [{ kind: 'candidate', name, accuracy, interval: interval(accuracy, train), logLoss }]
  if (event !== 'epoch' || !isText(stage) || !isNumber(epoch) || !isNumber(trainLoss)) return []
  if (!isNumber(validLoss) || !isNumber(accuracy)) return []
  return [
    { kind: 'epoch', stage, epoch, trainLoss, validLoss, accuracy, interval: interval(accuracy, valid) },
  ]
}

/** With every n-th step where there are too many. */
function thinned(points: readonly LivePoint[]): LivePoint[] {
  const steps = points.filter(({ kind }) => kind === 'step').length
  const every = Math.ceil(steps / MOST_STEPS)
  return points.filter(point => point.kind !== 'step' || point.step % every === 0)
}

const isText = (value: unknown): value is string => typeof value === 'string'
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)

import path from 'node:path'
import { publishedOrigin } from '../backbones/index.js'
import { exactTime, plural, shellPath, shellWord } from '../core/index.js'
import type { RecordedPhotos } from '../dataset/index.js'
import { propertyWords } from '../doctor/index.js'
import { readModelFile } from '../onnx/index.js'
import { type CardInput, renderCard, restLabel } from '../report/index.js'
import {
  type ModelMetadata,
  parseModelMetadata,
  type RunFolder,
  type RunRecord,
  thresholdIn,
} from '../run/index.js'
import { type RunMetrics, runMetricsSchema } from './run-metrics.js'
import { flagWords } from './train-flags.js'

/** What there is to know of a model; beside a model file alone there is no run that tells more. */
export interface CardSources {
  readonly metadata: ModelMetadata
  readonly record?: RunRecord | undefined
  readonly metrics?: RunMetrics | undefined
  readonly recorded?: RecordedPhotos | undefined
}

/** Writes the card of a run that has its model and its figures. @throws `io`, `data` */
export async function writeModelCard(run: RunFolder): Promise<void> {
  await run.writeCard(renderCard(cardInput(await cardSources(run))))
}

/** What a run folder tells of its model. @throws `io`, `model`, `data` */
export async function cardSources(run: RunFolder): Promise<CardSources> {
  const file = run.file('model.onnx')
  const { metadata, producer } = await readModelFile(file)
  const metrics = runMetricsSchema.safeParse(await run.readMetrics().catch(() => undefined))
  return {
    metadata: parseModelMetadata(metadata, file, producer),
    record: run.record,
    metrics: metrics.data,
    recorded: (await run.readDivision())?.recorded,
  }
}

/** The same as a model card shows it. */
export function cardInput({ metadata, record, metrics = {}, recorded }: CardSources): CardInput {
  const { labels, view, backbone, calibration, abstention, recipe, seed, versions, data } = metadata
  // Weights given as a file may be anybody's, whatever the network is called.
  const isPublished = record !== undefined && [undefined, backbone.name].includes(backboneAskedFor(record))
  const known = isPublished ? publishedOrigin(backbone.name) : undefined
  return {
    labels,
    rest: restLabel(labels),
    model: {
      recipe,
      inputSize: view.size,
      resize: view.resize,
      backbone: { name: backbone.name, licence: backbone.licence, source: known?.source, hub: known?.hub },
      golden: metadata.golden.length,
      threshold: thresholdIn(metadata),
    },
    figures: figuresOf(metadata, metrics),
    perClass: metrics.evaluation?.perClass ?? [],
    calibration: calibration && {
      ...calibration,
      count: calibration.measuredOn,
      temperature: metadata.temperature,
      fittedOn: calibration.fittedOn ?? undefined,
    },
    abstention: metrics.abstention ?? abstentionOf(abstention),
    data: dataOf(metadata, metrics, recorded),
    repeat: {
      seed,
      fingerprint: record?.dataset.fingerprint ?? data.fingerprint,
      versions,
      command: record && repeatCommand(record),
      limit: record && limitOf(record),
    },
  }
}

/** What the time was limited to, in words. */
function limitOf({ configuration: { budget, sharedBudget } }: RunRecord): string | undefined {
  if (typeof budget !== 'number') return undefined
  const part = typeof sharedBudget === 'number' ? `, one fold's part of ${exactTime(sharedBudget)}` : ''
  return `${exactTime(budget)}${part}`
}

function backboneAskedFor({ configuration: { backbone } }: RunRecord): string | undefined {
  return typeof backbone === 'string' ? backbone : undefined
}

function figuresOf({ accuracy, data }: ModelMetadata, metrics: RunMetrics): CardInput['figures'] {
  const { evaluation, withoutLeaks, tta, test } = metrics
  const valid = { what: 'validation photos', part: 'validation', isPlain: true } as const
  if (!evaluation) {
    if (!accuracy) return []
    const { value, low, high } = accuracy
    const right = Math.round(value * data.valid)
    return [{ ...valid, count: data.valid, right, accuracy: value, interval: [low, high] }]
  }
  return [
    { ...valid, ...evaluation },
    ...(withoutLeaks
      ? [
          {
            ...valid,
            ...withoutLeaks,
            what: 'those that are no copies of photos learnt from',
            isPlain: false,
          },
        ]
      : []),
    ...(tta
      ? [
          {
            ...valid,
            what: `validation photos, mean of ${plural(tta.views + 1, 'view')} each`,
            isPlain: false,
            count: evaluation.count,
            right: Math.round(tta.accuracy * evaluation.count),
            accuracy: tta.accuracy,
            interval: tta.interval,
          },
        ]
      : []),
    ...(test
      ? [
          {
            ...test,
            what: 'test photos, kept apart from all choices',
            part: 'test' as const,
            isPlain: true,
            logLoss: test.evaluation.logLoss,
          },
        ]
      : []),
  ]
}

function abstentionOf(said: ModelMetadata['abstention']): CardInput['abstention'] {
  if (said === undefined || 'why' in said) return said
  const { by, photos, coverage } = said
  return {
    coverage,
    method: `Its threshold comes from ${photos} ${by === 'train' ? 'training' : 'validation'} photos.`,
  }
}

function dataOf(
  { labels, data, shortcuts }: ModelMetadata,
  metrics: RunMetrics,
  recorded: RecordedPhotos | undefined,
): CardInput['data'] {
  const photos = recorded?.photos ?? []
  const parts = (['train', 'valid', 'test'] as const).filter(part =>
    photos.some(({ split }) => split === part),
  )
  const standing = metrics.shortcuts?.filter(({ stands }) => stands) ?? shortcuts
  return {
    parts,
    classes:
      parts.length === 0
        ? []
        : labels.map(label => ({
            label,
            counts: parts.map(
              part => photos.filter(photo => photo.label === label && photo.split === part).length,
            ),
          })),
    train: data.train,
    valid: data.valid,
    origins: metrics.licences ?? undefined,
    leaks: metrics.leaks?.length,
    unreadable: metrics.unreadable?.length,
    shortcuts: standing?.map(({ property, class: label, auc, interval }) => ({
      property: propertyWords(property),
      label,
      auc,
      interval,
      stands: true,
    })),
  }
}

/**
 * What to type for the same model, on any machine that has the photos: with the version that made it, and names of folders and files
 * without the ways to them, which are nobody else's business.
 */
function repeatCommand({ recipe, seed, dataset, configuration, versions }: RunRecord): string {
  const program = `npx chiquito${versions.chiquito === undefined ? '' : `@${versions.chiquito}`}`
  const photos = shellPath(path.basename(dataset.root) || 'photos', 'linux')
  const settings = { ...configuration, ...Object(configuration.preprocessing), recipe, seed }
  const flags = flagWords(settings, (value, isPath) =>
    shellWord(isPath ? value.replace(/[^=]*[\\/]/, '') : value, 'linux'),
  )
  return [`${program} train ${photos} --out run`, ...flags].join(' ')
}

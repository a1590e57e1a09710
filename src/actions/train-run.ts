import { existsSync } from 'node:fs'
import { type Backbone, checkBackboneName, isOwnFile, loadBackbone } from '../backbones/index.js'
import { ChiquitoError, messageOf } from '../core/index.js'
import {
  type Background,
  type Dataset,
  licenceMix,
  openDataset,
  recordBackground,
  recordPhotos,
} from '../dataset/index.js'
import { FactsInPassing } from '../doctor/index.js'
import { usableDevice } from '../engine/index.js'
import { openFeatureStore, type RunDetails, RunFolder } from '../run/index.js'
import { findLikeness, likenessFinder, measureLikeness, readManifest } from '../splitting/index.js'
import { type Checkpoint, type Recipe, recipeNamed, requireReadableClasses } from '../train/index.js'
import { calibrationsOf } from './calibrations.js'
import { withIntervals } from './measure.js'
import { writeModelCard } from './model-card.js'
import { checkInPassing, faultsOf, passingText } from './passing-checks.js'
import { openCheckpoint, takeOver } from './resume.js'
import { writeReport } from './run-report.js'
import { openOthers, requireBackground, tellLost } from './train-background.js'
import { fromFirst, tellBudget, timePlanOf } from './train-budget.js'
import { machine, repeatCommand } from './train-command.js'
import { detailsOf } from './train-details.js'
import { modelOf, writeUsable } from './train-model.js'
import type { Helpers, RunOptions } from './train-options.js'
import { resultOf, type TrainResult } from './train-result.js'
import { checkSettings, withDefaults } from './train-settings.js'
import { type FileFacts, factsOfFiles } from './train-shortcuts.js'

/** Most of the time so far that the quick checks may take. */
const PASSING_SHARE = 0.1

/** Photos in, classifier out: trains by a recipe, writes model, figures and report into the run folder. */
export async function trainRun(given: RunOptions): Promise<TrainResult> {
  const started = performance.now()
  const time = timePlanOf(given, started)
  const { run, options, dataset, details, checkpoint, ...prepared } = await prepare({
    ...given,
    progress: fromFirst(time, given),
  })
  time.budget = options.budget
  time.sharedBudget = options.sharedBudget
  const { signal, command, seed = 0, size, fineTune, epochs, coverage, device, threads } = options
  const { progress } = time
  const { recipe, backbone, background, helpers, notices, notice } = prepared
  let files: Promise<FileFacts> | undefined
  const fileFacts = () => {
    files ??= factsOfFiles(dataset, { progress, signal })
    return files
  }
  const cache = options.cache !== false
  const beside = new FactsInPassing(dataset.root, dataset.photos, { cache })
  try {
    const ran = await recipe.run({
      dataset,
      backbone,
      seed,
      size,
      fineTune,
      epochs,
      coverage,
      background,
      likeness: likenessFinder({ cache, known: beside.known }),
      beside,
      progress,
      signal,
      device,
      threads,
      notice,
      time,
      checkpoint,
      store: cache ? namespace => openFeatureStore(namespace, notice) : undefined,
      help: helpers?.help,
      log: line => run.log({ ...line, event: String(line.event) }),
      meanwhile: given.isForFigures
        ? undefined
        : async usable => {
            const { shortcuts } = await fileFacts()
            await writeUsable(run, usable, dataset, shortcuts, { ...details, progress })
          },
    })
    time.expect({ pieces: [] })
    const result = { ...ran, stages: withIntervals(ran.stages, ran.seen.evaluation.count) }
    if (epochs !== undefined && result.choice?.fineTuning?.chosen === false)
      notice('--epochs changed nothing: no layers were fine-tuned.')
    tellLost(result.classifier, background, notice)
    const { headers, shortcuts } = await fileFacts()
    const licences = await licenceMix(
      dataset.root,
      dataset.photos.map(photo => photo.path),
    )
    const calibrated = calibrationsOf(result)
    await run.writeModel(await modelOf(result, dataset, shortcuts, { ...details, ...calibrated }))
    const most = Math.min((performance.now() - started) * PASSING_SHARE, Math.max(0, time.left * 1000))
    const checked = await checkInPassing(dataset, { most, cache, known: beside.known, signal })
    const told = passingText(checked, options.data)
    const facts = {
      ...details,
      command: command ?? repeatCommand(options),
      machine: machine(),
      started,
      faults: faultsOf(checked),
      ...calibrated,
    }
    const written = await writeReport(
      run,
      result,
      dataset,
      recipe,
      facts,
      { headers, shortcuts, licences },
      { progress, signal, device, threads },
    )
    tellBudget(time, notice)
    const summary = told === '' ? written : `${written.trimEnd()}\n\n${told}\n`
    const seconds = (performance.now() - started) / 1000
    const trained = resultOf(run, result, dataset, {
      ...details,
      ...calibrated,
      shortcuts,
      licences,
      checked,
      seconds,
      summary,
      notices,
    })
    await run.writeMetrics(trained)
    await writeModelCard(run)
    await run.end('finished')
    time.close()
    return trained
  } catch (error) {
    throw await ended(run, error)
  } finally {
    beside.close()
    await helpers?.close()
  }
}

interface Prepared {
  readonly run: RunFolder
  readonly options: RunOptions
  readonly details: RunDetails
  readonly recipe: Recipe
  readonly backbone: Backbone
  readonly dataset: Dataset
  readonly background: Background | undefined
  readonly checkpoint: Checkpoint
  readonly helpers: Helpers | undefined
  readonly notices: string[]
  readonly notice: (message: string) => void
}

/** Everything that can be wrong before the work begins; then the run folder, new or gone on with. */
async function prepare(given: RunOptions): Promise<Prepared> {
  const notices: string[] = []
  const notice = (message: string) => {
    if (notices.includes(message)) return
    notices.push(message)
    given.progress?.({ kind: 'notice', message })
  }
  checkSettings(given, notice)
  const unfinished = given.resume ? await takeOver(given) : undefined
  let run: RunFolder | undefined
  let helpers: Helpers | undefined
  try {
    const asked = withDefaults(unfinished?.options ?? given)
    const options = { ...asked, device: await usableDevice({ ...asked, notice }) }
    const { data, out, seed, validFraction, followLinks, labelsFrom, progress, signal } = options
    const recipe = recipeNamed(options.recipe)
    const { division } = unfinished ?? {}
    // What is known at once, before photos are read; and these before the backbone, which may have to be fetched.
    checkBackboneName(options.backbone)
    if (!unfinished) await RunFolder.checkFree(out, options)
    helpers = await given.helpers?.(options, { progress, signal })
    const load = () =>
      loadBackbone(options.backbone, {
        preprocessing: options.preprocessing,
        recorded: unfinished?.photos,
        progress: event => (event.kind === 'notice' ? notice(event.message) : progress?.(event)),
        signal,
      })
    await requireBackground(options)
    // What is wrong with a file that is here is said before thousands of photos are read.
    const own = isOwnFile(options.backbone) ? await load() : undefined
    const { manifest } = options
    const dataset = await openDataset(data, {
      seed,
      validFraction,
      split: manifest === undefined || division ? undefined : await readManifest(manifest),
      likeness: options.cache === false ? measureLikeness : findLikeness,
      followLinks,
      labelsFrom,
      progress,
      signal,
      ...division,
    })
    await requireReadableClasses(dataset, signal)
    const background = await openOthers(options, dataset, division?.background)
    const backbone = own ?? (await load())
    for (const message of [...dataset.notices, ...(background?.notices ?? [])]) notice(message)
    if (given.validFraction !== undefined && dataset.split.by !== 'seed')
      notice('--valid-fraction changes nothing: the data set says itself which photos are measured on.')
    const details = detailsOf(options, recipe, backbone, dataset)
    const isReplaced = !unfinished && (await RunFolder.canGoOn(out))
    run = unfinished?.run ?? (await RunFolder.create(out, details, options))
    if (isReplaced)
      notice('The run that was cut off here is replaced. With --resume it would have been gone on with.')
    const checkpoint = await openCheckpoint(run, details, { ...options, notice })
    if (unfinished) await run.goOn(details, checkpoint.logged)
    if (!division)
      await run.writeSplit(
        dataset.split,
        recordPhotos(dataset.photos, dataset.labels),
        background && recordBackground(background),
      )
    return {
      ...{ run, options, details, recipe, backbone, dataset, background },
      ...{ checkpoint, helpers, notices, notice },
    }
  } catch (error) {
    await helpers?.close()
    unfinished?.run.close()
    throw run && !unfinished ? await ended(run, error) : error
  }
}

/** Notes in the run how it ended; the error to throw, which says how to go on where that is possible. */
async function ended(run: RunFolder, error: unknown): Promise<unknown> {
  const code = error instanceof ChiquitoError ? error.code : undefined
  const state = code === 'interrupted' || code === 'diverged' ? code : 'failed'
  try {
    await run.end(state)
  } catch {
    // The disk may be what failed; the first error says so.
    run.close()
  }
  const usable = existsSync(run.file('model.onnx')) ? ` ${run.file('model.onnx')} can be used as it is.` : ''
  const goOn = `What was done so far is kept; to go on, give the same command with --resume.${usable}`
  if (code === 'interrupted')
    return new ChiquitoError('interrupted', `${messageOf(error)} ${goOn}`, { cause: error })
  // A full disk, for example: once there is room, nothing is lost.
  return code === 'io' ? new ChiquitoError('io', `${messageOf(error)} ${goOn}`, { cause: error }) : error
}

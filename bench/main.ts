// npm run -s bench -- NAME [--json] [--rounds N] [--only TEXT]
import { parseArgs } from 'node:util'
import { benchAccuracy } from './accuracy.js'
import { benchApp } from './app.js'
import { benchCalibration } from './calibration.js'
import { benchClasses } from './classes.js'
import { benchCollect } from './collect.js'
import { benchDecode } from './decode.js'
import { benchDoctor } from './doctor.js'
import { benchEstimate } from './estimate.js'
import { benchFamilies } from './families.js'
import { benchFeatures } from './features.js'
import { benchFineTune } from './fine-tune.js'
import { benchGradients } from './gradients.js'
import { benchInterrupts } from './interrupts.js'
import { benchIntervals } from './intervals.js'
import { benchKills } from './kills.js'
import { benchLayouts } from './layouts.js'
import { benchLfw } from './lfw.js'
import { benchMemory } from './memory.js'
import { benchNeither } from './neither.js'
import { benchOvernight } from './overnight.js'
import { benchPass } from './pass.js'
import { benchPhotos } from './photos.js'
import { benchPipelines } from './pipelines.js'
import { benchPrecision } from './precision.js'
import { benchPredict } from './predict.js'
import { benchQueueKills } from './queue-kills.js'
import { benchRecipe } from './recipe.js'
import { benchRuntimes } from './runtimes.js'
import { benchScale } from './scale.js'
import { benchServe } from './serve.js'
import { benchStages } from './stages.js'
import { benchStart } from './start.js'
import { benchStep } from './step.js'
import { benchStudio } from './studio.js'
import { printed } from './support/printed.js'
import type { BenchOptions, BenchResult } from './support/result.js'

const benchmarks: Readonly<Record<string, (options: BenchOptions) => Promise<BenchResult>>> = {
  features: benchFeatures,
  decode: benchDecode,
  recipe: benchRecipe,
  app: benchApp,
  predict: benchPredict,
  accuracy: benchAccuracy,
  calibration: benchCalibration,
  classes: benchClasses,
  memory: benchMemory,
  step: benchStep,
  'fine-tune': benchFineTune,
  estimate: benchEstimate,
  families: benchFamilies,
  gradients: benchGradients,
  layouts: benchLayouts,
  photos: benchPhotos,
  lfw: benchLfw,
  collect: benchCollect,
  doctor: benchDoctor,
  kills: benchKills,
  interrupts: benchInterrupts,
  neither: benchNeither,
  precision: benchPrecision,
  pipelines: benchPipelines,
  intervals: benchIntervals,
  runtimes: benchRuntimes,
  serve: benchServe,
  scale: benchScale,
  'queue-kills': benchQueueKills,
  stages: benchStages,
  start: benchStart,
  pass: benchPass,
  studio: benchStudio,
  overnight: benchOvernight,
}

const usage =
  'usage: npm run -s bench -- NAME [--json] [--rounds N] [--only TEXT], ' +
  `where NAME is ${Object.keys(benchmarks).join(', ')}`

const command = read(process.argv.slice(2))
if (command === undefined) {
  console.error(usage)
  process.exitCode = 2
} else {
  const { benchmark, options } = command
  const result = await benchmark(options)
  console.log(options.json ? JSON.stringify(result) : printed(result))
  if (result.failures && result.failures.length > 0) process.exitCode = 1
}

function read(args: string[]) {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { json: { type: 'boolean' }, rounds: { type: 'string' }, only: { type: 'string' } },
    })
    const [name, ...rest] = positionals
    const rounds = values.rounds === undefined ? undefined : Number(values.rounds)
    const isCount = rounds === undefined || (Number.isInteger(rounds) && rounds > 0)
    if (rest.length > 0 || !isCount || !Object.hasOwn(benchmarks, name ?? '')) return undefined
    return { benchmark: benchmarks[name], options: { json: values.json === true, rounds, only: values.only } }
  } catch {
    return undefined
  }
}

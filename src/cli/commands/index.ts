import type { RegisterCommand } from '../program.js'
import { registerApp } from './app.js'
import { registerBackbones } from './backbones.js'
import { registerCollect } from './collect.js'
import { registerCompare } from './compare.js'
import { registerDemo } from './demo.js'
import { registerDoctor } from './doctor.js'
import { registerEvaluate } from './evaluate.js'
import { registerExport } from './export.js'
import { registerFindRate } from './find-rate.js'
import { registerPredict } from './predict.js'
import { registerRedo } from './redo.js'
import { registerServe } from './serve.js'
import { registerSplit } from './split.js'
import { registerStudio } from './studio.js'
import { registerSweep } from './sweep.js'
import { registerTrain } from './train.js'
import { registerUndo } from './undo.js'
import { registerVerify } from './verify.js'
import { registerWorker } from './worker.js'

/** The commands, in the order in which the help lists them. */
export const commands: readonly RegisterCommand[] = [
  registerDemo,
  registerStudio,
  registerCollect,
  registerSplit,
  registerDoctor,
  registerTrain,
  registerPredict,
  registerServe,
  registerEvaluate,
  registerSweep,
  registerCompare,
  registerVerify,
  registerExport,
  registerApp,
  registerFindRate,
  registerUndo,
  registerRedo,
  registerBackbones,
  registerWorker,
]

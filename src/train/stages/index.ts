export { keepingStart } from './keep-start.js'
export { type FitOptions, runFit, runStage, type Stage, stepSettings } from './stage.js'

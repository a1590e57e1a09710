export { equalMassBins, equalWidthBins } from './bins.js'
export { eceInterval, type NoiseFloor, noiseFloor } from './chance.js'
export {
  type CalibrationFigures,
  calibrationFigures,
  type EceFigure,
  type ProbabilityFigures,
} from './figures.js'
export { type Calibration, clearTemperature, fitTemperature, softmaxRows, tempered } from './temperature.js'

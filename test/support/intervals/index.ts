export { calibration, learning } from './errors.js'
export { areas, folded } from './folds.js'
export { differences, equals, shares } from './shares.js'
export { type Coverage, coverageOf, mean, type World } from './world.js'

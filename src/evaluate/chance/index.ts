export { often } from './often.js'
export { type PairedCounts, pairedInterval } from './paired-interval.js'
export { type FoldScore, repeatedAccuracy, resampledInterval } from './resampled.js'
export { student95 } from './student.js'

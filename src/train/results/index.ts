export { calibrationFacts, calibrationOf } from './calibrated.js'
export { abstentionOf, figuresOf, goldenAnswer, type ModelFacts, modelFile } from './model-file.js'
export { judge, type Seen, see, seeThrough, validationOf } from './seen.js'
export { versions } from './versions.js'

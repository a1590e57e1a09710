export {
  type Classifier,
  classifierGraph,
  HeadRunner,
  type HeadWeights,
  headProbabilities,
} from './classifier.js'
export { GrowingHead } from './growing.js'
export { fastaiHead, type Head, type HeadTensor, linearHead } from './head.js'
export { otherThingsOf } from './other-things.js'
export type { HeadBatch } from './trainer.js'
export { headWork } from './work.js'

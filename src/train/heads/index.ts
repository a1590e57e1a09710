export { type Classifier, classifierGraph, HeadRunner, type HeadWeights } from './classifier.js'
export { GrowingHead } from './growing.js'
export { fastaiHead, type Head, type HeadTensor, linearHead } from './head.js'
export { HeadWork } from './work.js'

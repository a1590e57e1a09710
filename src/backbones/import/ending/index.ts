export { appendClassifier } from './classifier.js'
export { findEnding } from './ending.js'
export { isNamedAsFeatures, looksLikeScores } from './heads.js'

export { appendClassifier } from './classifier.js'
export { findEnding } from './ending.js'
export { looksLikeScores } from './heads.js'

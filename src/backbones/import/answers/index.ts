export type { Trial } from './asking.js'
export { checkAnswers } from './check-answers.js'
export { isSteady } from './steady.js'

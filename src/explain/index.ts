export type { Unexplained } from './last-maps.js'
export { WHY, withExplanation } from './with-explanation.js'

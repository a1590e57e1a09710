export type { Piece } from './piece.js'
export { type Ahead, type InTime, TimePlan, type TimePlanOptions } from './time-plan.js'

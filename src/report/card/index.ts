export { type Home, rehomed, renderCard } from './card.js'
export type { CardCalibration, CardInput, CardOrigins, ClassRow, MeasuredFacts } from './input.js'

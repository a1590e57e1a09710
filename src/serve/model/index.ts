export { ModelKeeper } from './keeper.js'
export type { ModelFacts } from './messages.js'
export type { ServedModel } from './served-model.js'

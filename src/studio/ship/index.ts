export { appFile, keepAppRecord } from './made-app.js'
export { CARD, modelFacts } from './model-facts.js'
export { TriedModel } from './tried-model.js'

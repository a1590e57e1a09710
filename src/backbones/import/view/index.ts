export { dominatorsOf } from './dominators.js'
export { GraphView, opOf } from './view.js'

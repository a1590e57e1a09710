export { lowestModel, lowestOpset } from './lower.js'

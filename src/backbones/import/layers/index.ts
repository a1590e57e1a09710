export { groupsOf } from './groups.js'
export { type ImportedLayer, layersOf } from './layers.js'
export { ownNames } from './names.js'
export { parametersOf } from './parameters.js'

// Listing needs nothing but the registry: the action is the registry's own function.
export { type BackboneListing, listBackbones } from '../backbones/index.js'

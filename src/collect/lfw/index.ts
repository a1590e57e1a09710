export { type CollectedLfw, type CollectLfwOptions, collectLfw } from './collect-lfw.js'

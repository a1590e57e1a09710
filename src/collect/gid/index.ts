export type { Job, Jobs } from './job.js'
export { namingFor } from './names.js'
export { narrowed, singlePhoto } from './narrowed-source.js'
export { readConfig, translate } from './read-config.js'

export { channelsFirst, toLast } from './channels-first.js'
export { withoutIdle } from './idle.js'
export { tidy } from './tidy.js'
export { widen } from './widen.js'

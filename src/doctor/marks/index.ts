export { type Mark, marksOf, unsettled } from './marks.js'
export { type MarkRequest, type MarksSet, readMarks, setMarks } from './set-marks.js'

export { type Mark, markAct, marksOf, unsettled } from './marks.js'
export { type MarkRequest, type MarksSet, readMarks, setMarks } from './set-marks.js'

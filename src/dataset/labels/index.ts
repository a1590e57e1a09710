export { labelFiles } from './label-files.js'
export type { ClassOfPart, LabelledFile, LabelledFiles } from './labelled.js'
export { checkLabelsFrom, type LabelsFrom } from './labels-from.js'

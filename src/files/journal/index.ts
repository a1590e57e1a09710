export type { Operation } from './history.js'
export { InnerFolder, kindOf } from './inner-path.js'
export { type AskedBy, Journal, type OperationWriter } from './journal.js'
export { contentAt } from './move-file.js'
export {
  type ListedOperation,
  listOperations,
  type NextSteps,
  nextSteps,
  undoneActs,
} from './operations.js'
export { ChangedByHand } from './perform.js'
export { readJournal } from './read-journal.js'
export type { Act, ActOf, RecordedAct } from './record.js'
export { type RedoFolderOptions, type RedoneFolder, redoFolder } from './redo.js'
export { filesSetAside, freePath, SetAside, tidySetAside } from './set-aside.js'
export type { LeftAlone } from './take-back.js'
export { editOf, readText, type TextChange, type TextFile } from './text-edit.js'
export { hasJournal, type UndoFolderOptions, type UndoneFolder, undoFolder } from './undo.js'
export { whereabouts } from './whereabouts.js'

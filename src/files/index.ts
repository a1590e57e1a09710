export {
  nameWith,
  removeLeftovers,
  replaceFile,
  requireOutputFile,
  requireWritable,
  temporaryPath,
  writeFileAtomic,
} from './atomic.js'
export { type CacheSurroundings, cacheFolder } from './cache-folder.js'
export { fileSha256 } from './file-sha256.js'
export { errorCode, ioError } from './io-error.js'
export { isThere } from './is-there.js'
export {
  type Act,
  type ActOf,
  type AskedBy,
  ChangedByHand,
  contentAt,
  editOf,
  filesSetAside,
  freePath,
  hasJournal,
  InnerFolder,
  Journal,
  kindOf,
  type LeftAlone,
  type ListedOperation,
  listOperations,
  type NextSteps,
  nextSteps,
  type Operation,
  type OperationWriter,
  type RecordedAct,
  type RedoFolderOptions,
  type RedoneFolder,
  readJournal,
  readText,
  redoFolder,
  SetAside,
  type TextChange,
  type TextFile,
  tidySetAside,
  type UndoFolderOptions,
  type UndoneFolder,
  undoFolder,
  undoneActs,
  whereabouts,
} from './journal/index.js'
export { isLocked, type Release, takeLock, takeLockSoon, waitForLock } from './lock.js'
export { cutLog, type LogRecord, LogWriter, readLog } from './log.js'
export { makeFolder, makeFolderSync } from './make-folder.js'
export { hasMark, isOutputFolder, JOURNAL, markOutput } from './own-output.js'
export { plainName } from './plain-name.js'
export { isRunFolder, isRunJson, RUN_FORMAT, readRunJson } from './run-mark.js'
export { sha256Pattern, sha256Schema } from './sha256-schema.js'
export { textIfThere } from './text-if-there.js'
export { requireFreeFolder, requireOwnFolder, writeFolder } from './write-folder.js'

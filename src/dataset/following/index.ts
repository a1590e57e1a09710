export { homeFor } from './home-for.js'
export { classNameProblem, newHome } from './new-home.js'
export { type PhotoTable, photoTable, photoTables } from './photo-table.js'
export { type PhotoFate, type RowChanges, rowChanges } from './row-changes.js'

export { type Cell, cellsOf, cellText } from './cells.js'
export { linkedLists } from './linked-lists.js'
export { readTable } from './read-table.js'
export type { Column, Table } from './table.js'

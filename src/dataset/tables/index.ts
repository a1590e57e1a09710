export { readTable } from './read-table.js'
export type { Column, Table } from './table.js'

export { isKeyword, siteOf } from './asked.js'
export { type AskForPage, Search, type SearchSubject, searchKey } from './search.js'

export { isKeyword, siteOf } from './asked.js'
export { type AskForPage, Search, type SearchSubject } from './search.js'

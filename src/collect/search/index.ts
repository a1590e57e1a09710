export { type AskForPage, Search, type SearchSubject } from './search.js'

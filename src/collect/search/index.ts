export { Search, type SearchSubject } from './search.js'

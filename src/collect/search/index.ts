export { Asker, type AskOptions } from './ask.js'
export { Search, type SearchSubject } from './search.js'
export { userAgentFor } from './user-agent.js'

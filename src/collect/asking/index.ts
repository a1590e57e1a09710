export { Asker, type AskerOptions } from './asker.js'
export { keyOf, Secrets } from './secrets.js'
export { userAgentFor } from './user-agent.js'

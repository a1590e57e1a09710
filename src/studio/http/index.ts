export { type Ask, askedJson, askedQuery, json, problemOfAction } from './answers.js'
export { eventStream, type SendEvent } from './event-stream.js'
export { pageRoutes } from './page.js'
export { type StudioGate, studioGate } from './session.js'

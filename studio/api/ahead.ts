import type { Place } from '../shell/address.js'
import { askAhead } from './client.js'

/** What a place shows first is asked for by these. */
const firstAsked: Readonly<Record<Place, readonly string[]>> = {
  gather: [],
  clean: ['/api/photos', '/api/findings'],
  train: ['/api/runs'],
  look: ['/api/runs'],
  ship: ['/api/runs'],
}

/** Asks for all that the page is going to need, while its scripts are still on their way. */
export function askForPlace(place: Place): void {
  askAhead('/api/session', 'POST')
  for (const path of [...firstAsked[place], '/api/state', '/api/jobs']) askAhead(path)
}

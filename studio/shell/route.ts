import { useSyncExternalStore } from 'react'
import { type Route, routeOf } from './address.js'

export * from './address.js'

export function useRoute(): Route {
  return routeOf(useSyncExternalStore(listen, () => location.hash))
}

function listen(changed: () => void): () => void {
  window.addEventListener('hashchange', changed)
  return () => window.removeEventListener('hashchange', changed)
}

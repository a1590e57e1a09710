import { type ComponentType, lazy } from 'react'
import { isLiveNow } from '../api/events.js'
import type { Place } from './route.js'

/** The page is of an earlier release than the server, which has its files no more. */
export class StalePage extends Error {
  override readonly name = 'StalePage'
}

/** Each place is loaded when it is first gone to. */
export const rooms: Readonly<Record<Place, ComponentType>> = {
  gather: lazy(() => loaded(() => import('../places/gather/index.js'))),
  clean: lazy(() => loaded(() => import('../places/clean/index.js'))),
  train: lazy(() => loaded(() => import('../places/train/index.js'))),
  look: lazy(() => loaded(() => import('../places/look/index.js'))),
  ship: lazy(() => loaded(() => import('../places/ship/index.js'))),
}

const AGAIN_MS = 1000

/** Tries while the server is there: a place that it does not give by then it has no more. */
const MOST_TRIES = 3

/** What React is told of a place once stands: so a server that is away for a moment is waited for. @throws StalePage */
async function loaded<T>(load: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; ) {
    try {
      return await load()
    } catch (error) {
      if (isLiveNow()) tries++
      if (tries === MOST_TRIES) throw new StalePage(String(error))
    }
    await new Promise(resolve => setTimeout(resolve, AGAIN_MS))
  }
}

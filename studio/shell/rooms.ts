import type { ComponentType } from 'react'
import { isLiveNow } from '../api/events.js'
import type { Place } from './address.js'

/** The page is of an earlier release than the server, which has its files no more. */
export class StalePage extends Error {
  override readonly name = 'StalePage'
}

/** Each place is loaded when it is first gone to. */
const doors: Readonly<Record<Place, () => Promise<{ readonly default: ComponentType }>>> = {
  gather: () => import('../places/gather/index.js'),
  clean: () => import('../places/clean/index.js'),
  train: () => import('../places/train/index.js'),
  look: () => import('../places/look/index.js'),
  ship: () => import('../places/ship/index.js'),
}

const AGAIN_MS = 1000

/** Tries while the server is there: a place that it does not give by then it has no more. */
const MOST_TRIES = 3

const rooms = new Map<Place, ComponentType>()

/** What is shown in a place, once it was loaded. */
export function roomOf(place: Place): ComponentType | undefined {
  return rooms.get(place)
}

/** Loads what is shown in a place. A server that is away for a moment is waited for. @throws StalePage */
export async function loadRoom(place: Place): Promise<void> {
  for (let tries = 0; !rooms.has(place); ) {
    try {
      const { default: room } = await doors[place]()
      rooms.set(place, room)
      return
    } catch (error) {
      if (isLiveNow()) tries++
      if (tries === MOST_TRIES) throw new StalePage(String(error))
    }
    await new Promise(resolve => setTimeout(resolve, AGAIN_MS))
  }
}

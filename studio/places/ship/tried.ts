import { useEffect, useRef, useState } from 'react'
import type { PredictAnswer } from '../../../src/studio/api/ship.js'
import type { Trouble } from '../../parts/error-text.js'
import { explain, predict } from './queries.js'

/** A photo that was asked about, and what came of it. */
export interface Tried {
  /** Of the photo, and of what spoke for its verdict where that was asked. */
  readonly photo: string | undefined
  readonly heat: string | undefined
  readonly verdict: PredictAnswer | undefined
  readonly isAsking: boolean
  /** A text is the page's own. */
  readonly error: string | Trouble | undefined
}

const nothing: Tried = {
  photo: undefined,
  heat: undefined,
  verdict: undefined,
  isAsking: false,
  error: undefined,
}

export interface Trying {
  readonly tried: Tried
  /** Asks about a photo. */
  show(photo: Blob): Promise<void>
  /** Asks about a frame of the camera: the last verdict stays until there is another. */
  watch(frame: Blob): Promise<void>
  /** Asks why, or hides that again. */
  toggleWhy(): Promise<void>
  fail(error: string): void
}

/** One photo at a time: what is answered about an earlier one is not shown. */
export function useTrying(run: string): Trying {
  const [tried, setTried] = useState(nothing)
  const turn = useRef(0)
  const last = useRef<Blob | undefined>(undefined)
  useAddresses([tried.photo, tried.heat])

  const answered = (mine: number, change: Partial<Tried>) => {
    if (mine === turn.current) setTried(before => ({ ...before, isAsking: false, ...change }))
  }
  const asking = async (mine: number, ask: () => Promise<Partial<Tried>>) => {
    try {
      answered(mine, await ask())
    } catch (error) {
      answered(mine, { error: error instanceof Error ? error : { message: String(error) } })
    }
  }
  return {
    tried,
    async show(photo) {
      const mine = ++turn.current
      last.current = photo
      setTried({ ...nothing, photo: URL.createObjectURL(photo), isAsking: true })
      await asking(mine, async () => ({ verdict: await predict(run, photo) }))
    },
    async watch(frame) {
      const mine = ++turn.current
      last.current = frame
      await asking(mine, async () => ({ ...nothing, verdict: await predict(run, frame) }))
    },
    async toggleWhy() {
      const photo = last.current
      if (photo === undefined) return
      if (tried.heat !== undefined) return setTried({ ...tried, heat: undefined })
      const mine = turn.current
      const shown = tried.photo ?? URL.createObjectURL(photo)
      setTried({ ...tried, photo: shown, isAsking: true })
      await asking(mine, async () => ({ heat: URL.createObjectURL(await explain(run, photo)) }))
    },
    fail(error) {
      turn.current++
      setTried({ ...nothing, error })
    },
  }
}

/** Gives back the memory behind addresses that are no longer shown. */
function useAddresses(addresses: readonly (string | undefined)[]): void {
  const held = useRef(new Set<string>())
  useEffect(() => {
    const shown = new Set(addresses.filter(address => address !== undefined))
    for (const address of held.current) if (!shown.has(address)) URL.revokeObjectURL(address)
    held.current = shown
  })
  useEffect(
    () => () => {
      for (const address of held.current) URL.revokeObjectURL(address)
    },
    [],
  )
}

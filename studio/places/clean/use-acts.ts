import type { KeyboardEvent } from 'react'
import type { EditRequest } from '../../../src/studio/api/edits.js'
import { useStep } from '../../api/queries.js'
import { toast } from '../../shell/toasts.js'
import { useLanguage, useWords } from '../../words/index.js'
import { operationIn } from '../../words/problems.js'
import { useEdit } from './data.js'
import type { FindingActs } from './findings.js'

export interface Acts extends FindingActs {
  readonly restore: (ids: readonly string[]) => void
  readonly step: (way: 'undo' | 'redo') => void
}

/** What a person can do to photos; each is shown at once, and said where one would not see it. */
export function useActs(): Acts {
  const { clean: words, shell } = useWords()
  const { language } = useLanguage()
  const { mutate, mutateAsync } = useEdit()
  const { mutate: takeStep } = useStep()
  const some = (act: (photos: string[]) => void) => (ids: readonly string[]) => {
    if (ids.length > 0) act([...ids])
  }
  /** Said at once, and taken back where it turns out that nothing was done. */
  const told = (said: string, asked: EditRequest) => void mutateAsync(asked).catch(toast(said))
  return {
    relabel: (ids, to) =>
      some(photos => told(words.relabelled(photos.length, to), { kind: 'relabel', photos, to }))(ids),
    reject: some(photos => told(words.wasRejected(photos.length), { kind: 'reject', photos })),
    keep: some(photos => mutate({ kind: 'keep', photos })),
    apart: some(photos => mutate({ kind: 'apart', photos })),
    restore: some(photos => mutate({ kind: 'restore', photos })),
    step: way =>
      takeStep(way, {
        onSuccess: ({ name }) => {
          if (!name) return
          const own = operationIn(language, name)
          toast(way === 'undo' ? shell.undone(own) : shell.redone(own))
        },
        onError: error => toast(error, 'trouble'),
      }),
  }
}

/**
 * The keys that act on photos, wherever they are shown; true where one was taken.
 *
 * @param classes - by number
 * @param target - the photos that are meant
 */
export function takeKey(
  event: KeyboardEvent,
  acts: Acts,
  classes: readonly string[],
  target: () => readonly string[],
): boolean {
  const key = event.key.toLowerCase()
  const isCommand = event.ctrlKey || event.metaKey
  const label = /^[1-9]$/.test(key) ? classes[Number(key) - 1] : undefined
  if (isCommand && key === 'z') acts.step(event.shiftKey ? 'redo' : 'undo')
  else if (isCommand && key === 'y') acts.step('redo')
  else if (isCommand || event.altKey) return false
  else if (key === 'u') acts.step('undo')
  else if (key === 'x') acts.reject(target())
  else if (key === 'k') acts.keep(target())
  else if (label !== undefined) acts.relabel(target(), label)
  else return false
  return true
}

import { ChiquitoError } from '../../core/index.js'
import type { VerdictsQuestion } from './workplace.js'

/** Rows of two models, or of two lists, do not belong in one file. */
export function otherQuestion(difference: string, folder: string): ChiquitoError {
  return new ChiquitoError(
    'usage',
    `"${folder}" holds what was begun ${difference}. Ask the same again to go on with it, give another name for --out, ` +
      'or --overwrite to begin anew.',
  )
}

/** What is different in what was begun, in words; undefined where it is the same. */
export function differenceOf(begun: VerdictsQuestion, now: VerdictsQuestion): string | undefined {
  if (begun.version !== now.version) return `by chiquito ${begun.version}; this is ${now.version}`
  if (begun.model.sha256 !== now.model.sha256)
    return begun.model.path === now.model.path
      ? `with another model: "${now.model.path}" was changed since`
      : `with another model: "${begun.model.path}"`
  if (begun.device !== now.device) return `with --device ${begun.device}`
  if (begun.tta !== now.tta) return `with --tta ${begun.tta}`
  if (begun.followLinks !== now.followLinks)
    return begun.followLinks ? 'with --follow-links' : 'without --follow-links'
  const difference = differentSources(begun, now)
  if (difference !== undefined || begun.folder === now.folder) return difference
  return `in the folder "${begun.folder}", which paths are relative to`
}

function differentSources({ sources: begun }: VerdictsQuestion, { sources: now }: VerdictsQuestion) {
  const names = (sources: VerdictsQuestion['sources']) => sources.map(({ given }) => `"${given}"`).join(', ')
  if (names(begun) !== names(now) || begun.some(({ kind }, i) => kind !== now[i].kind))
    return `with other photos: ${names(begun)}`
  const changed = begun.find(({ sha256 }, i) => sha256 !== now[i].sha256)
  if (!changed) return undefined
  return changed.given === '-'
    ? 'with another list on standard input'
    : `with another list: "${changed.given}" was changed since`
}

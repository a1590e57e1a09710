import { said } from '../../core/index.js'
import type { CheckedData, CheckedPhoto } from '../check.js'
import type { Finding } from '../finding.js'
import type { CopyKind, CopyPair } from './pair.js'

/** What one photo of a pair is of the other, in the message of a finding. */
const words: Readonly<Record<CopyKind, string>> = {
  exact: 'an exact copy',
  near: 'a copy',
  mirrored: 'a mirror image',
  turned: 'a turned copy',
  part: 'a part (a crop, or the same with a caption, border or screen around it)',
}

/** A finding for each pair: first those that lie on both sides of the split, then those whose labels differ. */
export function pairFindings(check: string, data: CheckedData, pairs: readonly CopyPair[]): Finding[] {
  return pairs.map(({ a, b, kind, part, certain }) => {
    const [first, second] = [data.photos[a], data.photos[b]]
    const leak = leakBetween(first, second)
    const differ = first.label !== second.label
    const harm = [
      ...(leak ? [`one is learnt from and the other measured on (${first.split}, ${second.split})`] : []),
      ...(differ ? [`their classes differ (${data.labels[first.label]}, ${data.labels[second.label]})`] : []),
    ]
    return {
      check,
      photos: [first.path, second.path],
      certain,
      said: said(
        part === undefined ? `copy-${kind}` : 'copy-inside',
        leak ? 'sides' : '',
        differ ? data.labels[first.label] : '',
        differ ? data.labels[second.label] : '',
      ),
      message: `${relationText([first, second], kind, part)}${harm.map(each => `; ${each}`).join('')}.`,
      weight: (leak ? 2 : 0) + (differ ? 1 : 0),
    }
  })
}

function relationText(
  [first, second]: readonly [CheckedPhoto, CheckedPhoto],
  kind: CopyKind,
  part: CopyPair['part'],
): string {
  if (part === undefined)
    return `"${first.path}" and "${second.path}" show one picture: one is ${words[kind]} of the other`
  const [less, more] = part === 'a' ? [first, second] : [second, first]
  return `"${less.path}" shows a part of "${more.path}": it is a crop, or the same without a caption, border or screen around it`
}

function leakBetween({ split: a }: CheckedPhoto, { split: b }: CheckedPhoto): boolean {
  return a !== undefined && b !== undefined && a !== b && (a === 'train' || b === 'train')
}

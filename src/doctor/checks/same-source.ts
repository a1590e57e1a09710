import { plural, said } from '../../core/index.js'
import { peopleOf } from '../../dataset/index.js'
import type { CheckedData, CheckedPhoto, QuickCheck } from '../check.js'
import type { Finding } from '../finding.js'

/** What photos of one source or person have in common. */
type Tie = readonly [kind: string, value: string]

/** The same source or person on both sides of a division. */
export const sameSource: QuickCheck = {
  name: 'same-source',
  title: 'Same source on both sides',
  depth: 'quick',
  finds:
    'Photos to learn from and photos to measure on that come from one page or one person: by `page_url` and `creator` of ' +
    '`metadata.jsonl`, and by names such as `Aaron_Eckhart_0001.jpg`.',
  why:
    'Photos of one page, person or walk are alike in more than the subject. Measured on them, the classifier looks better than it ' +
    'is on photos from elsewhere.',
  advice: '`chiquito split` divides photos so that such groups stay on one side.',
  threshold:
    'A page, a creator or a person with photos on both sides. Names count as persons where a class has photos of several: else it is the ' +
    'name of the class.',
  run(data) {
    if (!data.photos.some(({ split }) => split === 'train')) return []
    return groupsOf(data).flatMap(({ kind, value, photos }) => {
      const learnt = photos.filter(({ split }) => split === 'train')
      const held = photos.filter(({ split }) => split === 'valid' || split === 'test')
      if (learnt.length === 0 || held.length === 0) return []
      return [
        {
          check: 'same-source',
          photos: [...learnt, ...held].map(({ path }) => path),
          certain: false,
          message:
            `${kind} "${value}" is on both sides: ${plural(learnt.length, 'photo')} to learn from, ${held.length} to ` +
            `measure on, for example "${learnt[0].path}" and "${held[0].path}".`,
          said: said(`same-${kind.replace('The ', '')}`, value, learnt.length, held.length),
          weight: held.length,
        } satisfies Finding,
      ]
    })
  },
}

interface Group {
  readonly kind: string
  readonly value: string
  readonly photos: CheckedPhoto[]
}

function groupsOf({ photos }: CheckedData): Group[] {
  const people = peopleOf(photos)
  const groups = new Map<string, Group>()
  for (const [i, photo] of photos.entries())
    for (const [kind, value] of tiesOf(photo, people[i])) {
      const key = `${kind} ${value}`
      const group = groups.get(key) ?? { kind, value, photos: [] }
      group.photos.push(photo)
      groups.set(key, group)
    }
  return [...groups.values()]
}

function tiesOf({ row }: CheckedPhoto, person: string | undefined): Tie[] {
  const ties: Tie[] = []
  const page = textOf(row?.page_url)
  if (page !== undefined) ties.push(['The page', page])
  const creator = textOf(row?.creator)
  if (creator !== undefined) ties.push(['The creator', creator])
  if (person !== undefined) ties.push(['The person', person.replaceAll('_', ' ')])
  return ties
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}

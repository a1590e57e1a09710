import { plural } from '../../core/index.js'
import type { CheckedData, CheckedPhoto } from '../check.js'
import type { Finding } from '../finding.js'
import { nameWithExtension } from './extensions.js'
import type { Linked } from './links.js'
import { byWorth } from './worth.js'

/** What puts a finding right. */
type Remedy = 'set aside' | 'one stays' | 'rename'

/** Checks whose certain findings `--fix` acts on, by name. */
export const remedies: Readonly<Record<string, Remedy>> = {
  unreadable: 'set aside',
  'exact-copies': 'one stays',
  'near-copies': 'one stays',
  extension: 'rename',
}

/** Something to be done to a photo. */
export type FixStep =
  | {
      readonly do: 'set aside'
      readonly photo: CheckedPhoto
      /** The check that found it. */
      readonly check: string
      /** The copy that stays, where it is one. */
      readonly stays?: string | undefined
    }
  | { readonly do: 'rename'; readonly photo: CheckedPhoto; readonly check: string; readonly to: string }

/** A photo that is left as it is although something certain was found. */
export interface LeftPhoto {
  readonly photo: string
  readonly reason: string
}

export interface FixPlan {
  /** A photo at most once. */
  readonly steps: readonly FixStep[]
  readonly left: readonly LeftPhoto[]
  /** Sentences for the person: classes that lose their last photo. */
  readonly notices: readonly string[]
}

/**
 * What is to be done about certain findings. Decides by the photos alone: the same data gives the same plan.
 *
 * @param linked - photos that stay where they are, as links lead to or from them
 */
export function planFix(findings: readonly Finding[], data: CheckedData, linked: Linked): FixPlan {
  const photos = new Map(data.photos.map(photo => [photo.path, photo]))
  const planned = new Map<string, FixStep>()
  const left: LeftPhoto[] = []
  const plan = (step: FixStep) => {
    const { path } = step.photo
    const link = linked.get(path)
    if (link !== undefined) left.push({ photo: path, reason: link.reason })
    else if (!planned.has(path)) planned.set(path, step)
  }
  const certain = findings.filter(finding => finding.certain)
  const of = (remedy: Remedy) =>
    certain
      .filter(({ check }) => Object.hasOwn(remedies, check) && remedies[check] === remedy)
      .map(({ check, photos: paths }) => ({ check, photos: paths.flatMap(path => photos.get(path) ?? []) }))
  for (const { check, photos } of of('set aside'))
    for (const photo of photos) plan({ do: 'set aside', photo, check })
  planCopies(of('one stays'), data, linked, plan, left)
  for (const { check, photos } of of('rename'))
    for (const photo of photos) {
      const to = nameWithExtension(photo.path, photo.facts.header?.format ?? '')
      if (to !== photo.path) plan({ do: 'rename', photo, check, to })
    }
  const steps = [...planned.values()].sort((a, b) => (a.photo.path < b.photo.path ? -1 : 1))
  return { steps, left, notices: emptied(data, steps) }
}

/** One of each group stays; a photo goes only where it is a copy of one that stays, not merely of one that goes. */
function planCopies(
  groups: readonly { readonly check: string; readonly photos: readonly CheckedPhoto[] }[],
  data: CheckedData,
  linked: Linked,
  plan: (step: FixStep) => void,
  left: LeftPhoto[],
): void {
  const copies = new Map<CheckedPhoto, Map<CheckedPhoto, string>>()
  for (const { check, photos: all } of groups) {
    // A link takes no room, and leads nowhere once its photo is gone.
    const photos = all.filter(({ path }) => linked.get(path)?.kind !== 'link')
    const labels = [...new Set(photos.map(({ label }) => data.labels[label]))]
    if (labels.length > 1) {
      const reason = `it lies in the classes ${labels.map(label => `"${label}"`).join(' and ')}: say which is right, and take the other away`
      left.push(...photos.map(({ path }) => ({ photo: path, reason })))
      continue
    }
    for (const a of photos)
      for (const b of photos) if (a !== b) copies.set(a, (copies.get(a) ?? new Map()).set(b, check))
  }
  const stay = new Set<CheckedPhoto>()
  const isTarget = ({ path }: CheckedPhoto) => Number(linked.get(path)?.kind !== 'target')
  for (const photo of [...copies.keys()].sort((a, b) => isTarget(a) - isTarget(b) || byWorth(a, b))) {
    const original = [...(copies.get(photo) ?? [])].find(([other]) => stay.has(other))
    if (original === undefined) stay.add(photo)
    else plan({ do: 'set aside', photo, check: original[1], stays: original[0].path })
  }
}

/** Classes, or their parts, that lose their last photo. */
function emptied({ labels, photos }: CheckedData, steps: readonly FixStep[]): string[] {
  const gone = new Set(steps.filter(step => step.do === 'set aside').map(({ photo }) => photo))
  const homes = new Map<string, CheckedPhoto[]>()
  for (const photo of photos) {
    const home = `"${labels[photo.label]}"${photo.split === undefined ? '' : ` in ${photo.split}`}`
    const inside = homes.get(home) ?? []
    inside.push(photo)
    homes.set(home, inside)
  }
  return [...homes]
    .filter(([, inside]) => inside.every(photo => gone.has(photo)))
    .map(
      ([home, inside]) =>
        `All of ${home} is set aside: ${plural(inside.length, 'photo')}, none is left there.`,
    )
}

import { existsSync } from 'node:fs'
import path from 'node:path'
import { articlePhotos } from '../support/process.js'
import { emojiFolder, type Kind, kindOf, peopleFolder, textureFolder } from './photos.js'

/** A classifier's photos, and photos of other things, far from them or near. */
export interface Problem {
  readonly name: string
  readonly labels: readonly string[]
  readonly rows: readonly Float32Array[]
  readonly truth: readonly number[]
  readonly unknown: readonly {
    readonly name: string
    readonly isFar: boolean
    readonly rows: readonly Float32Array[]
  }[]
}

/** Photos of a kind that a problem takes at most. */
const mostOfKind = 400
/** Photos of each kind of unknown things. */
const mostUnknown = 120
/** ImageNet's names begin with these numbers: dogs and cats, and insects. */
const isDogOrCat = (file: string) => between(file, 2085620, 2113978) || between(file, 2123045, 2124075)
const isInsect = (file: string) => between(file, 2165105, 2281787)

function between(file: string, from: number, to: number): boolean {
  const number = Number(/^n(\d{8})/.exec(file)?.[1] ?? Number.NaN)
  return number >= from && number <= to
}

/**
 * The article's photos, those of the folders `insects`, `dogcat`, `raccoons` and `samples` that `CHIQUITO_BENCH_SETS` names
 * (bench/README.md says what they are), and what comes along.
 */
export async function problems(): Promise<Problem[]> {
  const given = (process.env.CHIQUITO_BENCH_SETS ?? '').split(path.delimiter).filter(Boolean)
  const optional = async (name: string, folder: string | undefined, most?: number) =>
    folder && existsSync(folder) ? await kindOf(name, folder, most) : undefined
  const set = (name: string, most?: number) =>
    optional(
      name,
      given.find(one => path.basename(one) === name),
      most,
    )
  const article = await optional('article', articlePhotos())
  const insects = await set('insects')
  const pets = await set('dogcat', mostOfKind)
  const raccoons = await set('raccoons')
  const samples = await set('samples')
  const people = await optional('people', await peopleFolder())
  const emoji = await kindOf('emoji', await emojiFolder(), 190)
  const textures = await kindOf('textures', await textureFolder())
  const things = [article, insects, pets, raccoons, samples, people, emoji, textures].filter(
    one => one !== undefined,
  )
  const only = (
    kind: Kind | undefined,
    keep: (file: string, i: number) => boolean,
    name = kind?.name ?? '',
  ) =>
    kind &&
    named(
      name,
      kind,
      kind.files.map((file, i) => (keep(file, i) ? i : -1)).filter(i => i >= 0),
    )
  const others = (...names: string[]) => things.filter(({ name }) => !names.includes(name))
  const far = (kinds: readonly (Kind | undefined)[]) =>
    kinds.flatMap(kind => (kind ? [{ name: kind.name, isFar: true, rows: spread(kind.rows) }] : []))
  const near = (kind: Kind | undefined) =>
    kind ? [{ name: kind.name, isFar: false, rows: spread(kind.rows) }] : []
  const all: Problem[] = []
  if (article)
    all.push({
      ...problemOf('article', [article]),
      unknown: [...far(others('article', 'people')), ...near(people)],
    })
  if (insects)
    all.push({
      ...problemOf('insects', [insects]),
      unknown: [
        ...far([...others('insects', 'samples'), only(samples, file => !isInsect(file))]),
        ...near(only(samples, file => isInsect(file), 'other insects')),
      ],
    })
  if (pets)
    all.push({
      ...problemOf('dogs and cats', [pets]),
      unknown: [
        ...far([...others('dogcat', 'samples', 'raccoons'), only(samples, file => !isDogOrCat(file))]),
        ...near(raccoons),
      ],
    })
  if (insects && pets && raccoons) {
    const some = (kind: Kind) => only(kind, (_, i) => i % 2 === 0) ?? kind
    all.push({
      ...problemOf('five animals', [some(insects), some(pets), some(raccoons)]),
      unknown: [
        ...far([
          ...others('insects', 'dogcat', 'raccoons', 'samples'),
          only(samples, file => !isInsect(file) && !isDogOrCat(file)),
        ]),
        ...near(only(samples, file => isInsect(file), 'other insects')),
      ],
    })
  }
  return all
}

/** So many, from everywhere in the list. */
function spread<T>(values: readonly T[]): T[] {
  const step = Math.max(1, values.length / mostUnknown)
  return values.filter((_, i) => Math.floor(i / step) > Math.floor((i - 1) / step))
}

function named(name: string, kind: Kind, which: readonly number[]): Kind {
  const take = <T>(values: readonly T[]) => which.map(i => values[i])
  return { name, classes: take(kind.classes), files: take(kind.files), rows: take(kind.rows) }
}

function problemOf(name: string, kinds: readonly Kind[]): Omit<Problem, 'unknown'> {
  const classOf = (kind: Kind, i: number) => (kind.name === 'raccoons' ? 'raccoon' : kind.classes[i])
  const classes = kinds.flatMap(kind => kind.rows.map((_, i) => classOf(kind, i)))
  const labels = [...new Set(classes)].sort()
  return {
    name,
    labels,
    rows: kinds.flatMap(kind => kind.rows),
    truth: classes.map(one => labels.indexOf(one)),
  }
}

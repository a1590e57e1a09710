import { existsSync } from 'node:fs'
import path from 'node:path'
import { articlePhotos } from '../support/process.js'
import { emojiFolder, type Kind, kindOf, peopleFolder, textureFolder } from './photos.js'

/** Photos of other things. */
export interface UnknownKind {
  readonly name: string
  readonly isFar: boolean
  readonly paths: readonly string[]
  readonly rows: readonly Float32Array[]
}

/** A classifier's photos, and photos of other things, far from them or near. */
export interface Problem {
  readonly name: string
  readonly labels: readonly string[]
  readonly paths: readonly string[]
  readonly rows: readonly Float32Array[]
  readonly truth: readonly number[]
  readonly unknown: readonly UnknownKind[]
}

/** Photos of a kind that a problem takes at most. */
const mostOfKind = 400
/** Photos of each kind of unknown things. */
const mostUnknown = 120

/** ImageNet's names begin with the number of their subject in WordNet: first and last of some kinds of animals. */
const animals: Readonly<Record<string, readonly (readonly [from: number, to: number])[]>> = {
  fish: [
    [1440764, 1498041],
    [2514041, 2655020],
  ],
  bird: [
    [1514668, 1622779],
    [1795545, 1860187],
    [2002556, 2058221],
  ],
  reptile: [[1664065, 1756291]],
  dog: [[2085620, 2113978]],
  insect: [[2165105, 2281787]],
  primate: [[2480495, 2500267]],
}
const cats = [[2123045, 2124075]] as const
/** Animals come first. */
const lastAnimal = 2655020

function numberOf(file: string): number {
  return Number(/^n(\d{8})/.exec(path.basename(file))?.[1] ?? Number.NaN)
}

function isOf(file: string, ranges: readonly (readonly [number, number])[]): boolean {
  const number = numberOf(file)
  return ranges.some(([from, to]) => number >= from && number <= to)
}

const animalOf = (file: string) => Object.keys(animals).find(name => isOf(file, animals[name]))
const isDogOrCat = (file: string) => isOf(file, [...animals.dog, ...cats])
const isInsect = (file: string) => isOf(file, animals.insect)
const isAnimal = (file: string) => numberOf(file) <= lastAnimal

/** What is there of the photos that problems are made of. */
interface Things {
  readonly article: Kind | undefined
  readonly insects: Kind | undefined
  readonly pets: Kind | undefined
  readonly raccoons: Kind | undefined
  readonly samples: Kind | undefined
  readonly people: Kind | undefined
  readonly emoji: Kind
  readonly textures: Kind
}

/**
 * The article's photos, those of the folders `insects`, `dogcat`, `raccoons` and `samples` that `CHIQUITO_BENCH_SETS` names
 * (bench/README.md says what they are), and what comes along.
 */
export async function problems(): Promise<Problem[]> {
  const things = await gathered()
  return [articleOf(things), insectsOf(things), petsOf(things), fiveOf(things), sixOf(things)].flatMap(
    problem => problem ?? [],
  )
}

async function gathered(): Promise<Things> {
  const given = (process.env.CHIQUITO_BENCH_SETS ?? '').split(path.delimiter).filter(Boolean)
  const optional = async (name: string, folder: string | undefined, most?: number) =>
    folder && existsSync(folder) ? await kindOf(name, folder, most) : undefined
  const set = (name: string, most?: number) =>
    optional(
      name,
      given.find(one => path.basename(one) === name),
      most,
    )
  return {
    article: await optional('article', articlePhotos()),
    insects: await set('insects'),
    pets: await set('dogcat', mostOfKind),
    raccoons: await set('raccoons'),
    samples: await set('samples'),
    people: await optional('people', await peopleFolder()),
    emoji: await kindOf('emoji', await emojiFolder(), 190),
    textures: await kindOf('textures', await textureFolder()),
  }
}

function articleOf({ article, insects, pets, raccoons, samples, people, emoji, textures }: Things) {
  if (!article) return undefined
  const far = [insects, pets, raccoons, samples, emoji, textures]
  return problemOf('article', [article], far, [people])
}

function insectsOf({ article, insects, pets, raccoons, samples, people, emoji, textures }: Things) {
  if (!insects) return undefined
  const far = [article, pets, raccoons, people, emoji, textures, part(samples, file => !isInsect(file))]
  return problemOf('insects', [insects], far, [part(samples, isInsect, 'other insects')])
}

function petsOf({ article, insects, pets, raccoons, samples, people, emoji, textures }: Things) {
  if (!pets) return undefined
  const far = [article, insects, people, emoji, textures, part(samples, file => !isDogOrCat(file))]
  return problemOf('dogs and cats', [pets], far, [raccoons])
}

function fiveOf({ article, insects, pets, raccoons, samples, people, emoji, textures }: Things) {
  if (!insects || !pets || !raccoons) return undefined
  const own = [insects, pets, raccoons].map(kind => taken(kind, (_, i) => i % 2 === 0))
  const others = part(samples, file => !isInsect(file) && !isDogOrCat(file))
  const far = [article, people, emoji, textures, others]
  return problemOf('five animals', own, far, [part(samples, isInsect, 'other insects')])
}

function sixOf({ article, raccoons, samples, people, emoji, textures }: Things) {
  if (!samples) return undefined
  const own = taken(samples, file => animalOf(file) !== undefined)
  const named = { ...own, classes: own.paths.map(file => animalOf(file) ?? '') }
  const far = [article, people, emoji, textures, part(samples, file => !isAnimal(file))]
  const others = part(samples, file => isAnimal(file) && animalOf(file) === undefined, 'other animals')
  return problemOf('six kinds of animals', [named], far, [others, raccoons])
}

function part(kind: Kind | undefined, keep: (file: string) => boolean, name = kind?.name): Kind | undefined {
  return kind && { ...taken(kind, keep), name: name ?? kind.name }
}

function taken(kind: Kind, keep: (file: string, i: number) => boolean): Kind {
  return rowsOf(
    kind,
    kind.paths.flatMap((file, i) => (keep(file, i) ? [i] : [])),
  )
}

function rowsOf({ name, classes, paths, rows }: Kind, which: readonly number[]): Kind {
  const take = <T>(values: readonly T[]) => which.map(i => values[i])
  return { name, classes: take(classes), paths: take(paths), rows: take(rows) }
}

/** So many, from everywhere in the list. */
function spread(kind: Kind): Kind {
  const step = Math.max(1, kind.rows.length / mostUnknown)
  return taken(kind, (_, i) => Math.floor(i / step) > Math.floor((i - 1) / step))
}

function problemOf(
  name: string,
  kinds: readonly Kind[],
  far: readonly (Kind | undefined)[],
  near: readonly (Kind | undefined)[],
): Problem {
  const classes = kinds.flatMap(kind =>
    kind.name === 'raccoons' ? kind.paths.map(() => 'raccoon') : kind.classes,
  )
  const labels = [...new Set(classes)].sort()
  const unknown = [far, near].flatMap((some, i) =>
    some.flatMap(kind => (kind ? [{ ...spread(kind), isFar: i === 0 }] : [])),
  )
  return {
    name,
    labels,
    paths: kinds.flatMap(kind => kind.paths),
    rows: kinds.flatMap(kind => kind.rows),
    truth: classes.map(one => labels.indexOf(one)),
    unknown,
  }
}

import { nameOf } from '../folders/index.js'
import { type Tie, tiesByValue } from './tie.js'

/** `George_W_Bush_0001.jpg`: how Labeled Faces in the Wild, and whatever was made like it, names photos of people. */
const lfwName =
  /^(\p{Lu}[\p{L}\p{M}'’.-]*(?:_[\p{L}\p{M}'’.-]+)*_\p{Lu}[\p{L}\p{M}'’.-]*)_\d{4}\.[a-z]{3,4}$/u

/** What is needed to tell people by the names of files. */
interface Named {
  /** With `/`. */
  readonly path: string
  readonly label: number
}

/**
 * The person that each file's name tells, by the pattern of Labeled Faces in the Wild. Where all such names of a class are one
 * and the same, it is the name of the class (`Golden_Retriever_0001.jpg`), or the class is a person: both are no reason to
 * keep its photos together.
 */
export function peopleOf(photos: readonly Named[]): (string | undefined)[] {
  const people = photos.map(({ path }) => lfwName.exec(nameOf(path).normalize('NFC'))?.[1])
  const inClass = new Map<number, Set<string>>()
  people.forEach((person, i) => {
    if (person === undefined) return
    const names = inClass.get(photos[i].label) ?? new Set()
    inClass.set(photos[i].label, names.add(person))
  })
  return people.map((person, i) => ((inClass.get(photos[i].label)?.size ?? 0) > 1 ? person : undefined))
}

/** Ties of photos that show the same person, as far as names of files tell it. */
export function peopleTies(photos: readonly Named[]): Tie[] {
  return tiesByValue(peopleOf(photos), 'person')
}

import { plural, type Said, said } from '../../core/index.js'
import type { Shortcut } from './find-shortcuts.js'
import { PROPERTIES, type Property } from './properties.js'

/** Shortcuts of one class in words. */
export interface ShortcutWords {
  readonly class: string
  /** Whether the files give the class away, which is never what a class is about; a picture's look may be. */
  readonly certain: boolean
  /** "Size alone tells the classes apart (AUC 1.00); so do …". */
  readonly message: string
  /** The same as a code: the class, or '' where two are told apart; then each property and its area, the strongest first. */
  readonly said: Said
  /** Of the strongest. */
  readonly auc: number
}

function standing(shortcuts: readonly Shortcut[], of: Property['of']): Shortcut[] {
  const names = new Set(PROPERTIES.filter(property => property.of === of).map(({ name }) => name))
  return shortcuts.filter(one => one.stands && names.has(one.property))
}

/**
 * What shortcuts stand, a sentence or two a class, the worst first: those of files, which a person should do something about,
 * then those of looks.
 *
 * @param classes how many classes there are: two are told apart, more are told from the rest
 */
export function shortcutWords(shortcuts: readonly Shortcut[], classes: number): ShortcutWords[] {
  const told = (of: Property['of'], say: (found: Shortcut[], whom: string) => string): ShortcutWords[] =>
    byClass(of === 'file' ? fileShortcuts(shortcuts) : standing(shortcuts, of)).map(found => ({
      class: found[0].class,
      certain: of === 'file',
      message: say(found, classes === 2 ? 'the classes apart' : `"${found[0].class}" from the rest`),
      said: said(
        of === 'file' ? 'shortcut-of-files' : 'shortcut-of-looks',
        classes === 2 ? '' : found[0].class,
        ...found.flatMap(one => [one.property, area(one)]),
      ),
      auc: found[0].auc,
    }))
  return [...told('file', sayFiles), ...told('picture', saySight)]
}

/**
 * The same in one line, for a run that learns from the photos whatever they are: the class that its files give away most.
 * Undefined where none stands.
 */
export function shortcutLine(shortcuts: readonly Shortcut[], classes: number): string | undefined {
  const [worst, ...others] = shortcutWords(shortcuts, classes).filter(({ certain }) => certain)
  if (worst === undefined) return undefined
  const more =
    others.length === 0
      ? ''
      : ` ${plural(others.length, 'more class', 'more classes')} stand out by their files.`
  return `${worst.message}${more}`
}

/** Of files; where none is strong enough alone, all of them together may be. */
function fileShortcuts(shortcuts: readonly Shortcut[]): Shortcut[] {
  const alone = standing(shortcuts, 'file')
  const known = new Set(alone.map(one => one.class))
  const together = shortcuts.filter(one => one.property === 'headers' && !known.has(one.class) && one.stands)
  return [...alone, ...together].sort((a, b) => b.auc - a.auc)
}

function sayFiles([strongest, ...others]: Shortcut[], whom: string): string {
  const alone = strongest.property === 'headers' ? 'tell' : 'alone tells'
  return (
    `${propertyWords(strongest.property)} ${alone} ${whom} (AUC ${area(strongest)})` +
    `${others.length > 0 ? `; so ${others.length === 1 ? 'does' : 'do'} ${listed(others)}` : ''}: ` +
    'a model may learn that instead of the subject.'
  )
}

function saySight([strongest, ...others]: Shortcut[], whom: string): string {
  return (
    `${propertyWords(strongest.property)} tells ${whom} (AUC ${area(strongest)})` +
    `${others.length > 0 ? `; so ${others.length === 1 ? 'does' : 'do'} ${listed(others)}` : ''}. ` +
    'It may be the subject itself; if it is only where or how the photos were taken, a model may learn that instead.'
  )
}

/** A property at the start of a sentence: "Size". */
export function propertyWords(name: string): string {
  return PROPERTIES.find(property => property.name === name)?.words ?? TOGETHER[name] ?? name
}

const TOGETHER: Readonly<Record<string, string>> = {
  headers: 'All that files say of themselves together',
  all: 'All of it together',
}

function area({ auc }: Shortcut): string {
  return auc.toFixed(2)
}

function listed(shortcuts: readonly Shortcut[]): string {
  const words = shortcuts.map(one => `${lowered(propertyWords(one.property))} (${area(one)})`)
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

/** Within a sentence; JPEG stays as it is. */
function lowered(words: string): string {
  return /^[A-Z][a-z]/.test(words) ? words[0].toLowerCase() + words.slice(1) : words
}

/** The worst of a class first, and the class with the worst first. */
function byClass(shortcuts: readonly Shortcut[]): Shortcut[][] {
  const groups = new Map<string, Shortcut[]>()
  for (const one of shortcuts) groups.set(one.class, [...(groups.get(one.class) ?? []), one])
  return [...groups.values()].sort(([a], [b]) => b.auc - a.auc)
}

import { realpath } from 'node:fs/promises'
import path from 'node:path'
import { argumentError, ChiquitoError, type WorkOptions } from '../core/index.js'
import type { Share } from '../dataset/index.js'
import { InnerFolder } from '../files/index.js'
import { type DivisionSettings, groupRule, type Separable, separable } from '../splitting/index.js'

export interface SplitOptions extends WorkOptions {
  /** Folder of the photos. */
  readonly data: string
  /** Folder for the data set, new or empty; with `manifest` also a `.csv` file. With `check` the division that is judged. */
  readonly out?: string | undefined
  /** Photos of each class to measure on: a number (50), or a part of each below 1 (0.2, the default). 0 for none. */
  readonly valid?: number | undefined
  /** The same for photos that are kept apart until the end; none by default. */
  readonly test?: number | undefined
  /** As many photos of each class as the smallest has. */
  readonly balance?: boolean | undefined
  /** 0 by default. */
  readonly seed?: number | undefined
  /**
   * What else keeps photos together: regular expressions with a group in parentheses, `column:NAME` of a table beside the photos,
   * or `creator`.
   */
  readonly groupBy?: readonly string[] | undefined
  /** What does not keep photos together: `copies`, `page`, `person`, `video`, `burst`. */
  readonly notBy?: readonly Separable[] | undefined
  /**
   * How thoroughly copies are looked for. `quick`: whole ones, by hashes. `deep`: also crops, captions and screenshots, by the
   * backbone's features. By default `deep` for up to 10,000 photos.
   */
  readonly depth?: 'quick' | 'deep' | undefined
  /** Hard links instead of copies. */
  readonly links?: boolean | undefined
  /** A table of the parts only; no photo is copied. */
  readonly manifest?: boolean | undefined
  /** Put what is new in the folder of photos into the data set that is there; old photos stay where they are. */
  readonly add?: boolean | undefined
  /** Tables for cross-validation instead of a data set: so many, each with another part to measure on. */
  readonly folds?: number | undefined
  /** Keep what went where in `split.json` beside the photos; on by default. */
  readonly record?: boolean | undefined
  /** Judge a division instead of making one. */
  readonly check?: boolean | undefined
  /** Also follow links that lead out of the folder; only for data that you trust. */
  readonly followLinks?: boolean | undefined
  /** Where classes come from, as for `train`. */
  readonly labelsFrom?: string | undefined
}

/** A fifth, as fastai and most of the literature have it. */
const DEFAULT_VALID = 0.2

const MOST_FOLDS = 100

/** What a division is asked for. @throws `usage` */
export function settingsOf(options: SplitOptions): DivisionSettings {
  const {
    seed = 0,
    valid = DEFAULT_VALID,
    test,
    balance = false,
    folds,
    groupBy = [],
    notBy = [],
    depth,
  } = options
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw argumentError('seed', 'a whole number from 0 to 2^53 - 1', seed)
  const settings = {
    seed,
    valid: shareOf('valid', valid),
    test: test === undefined ? null : shareOf('test', test),
    balance,
    groupBy: [...groupBy].sort(),
    notBy: [...notBy].sort(),
    depth: depth ?? null,
  }
  const parts = [settings.valid, settings.test].map(share =>
    share && 'fraction' in share ? share.fraction : 0,
  )
  if (parts[0] + parts[1] >= 1)
    throw new ChiquitoError(
      'usage',
      `--valid ${valid} and --test ${test} leave nothing to learn from. Give parts that add up to less than 1.`,
    )
  if (folds === undefined && isNone(settings.valid) && isNone(settings.test))
    throw new ChiquitoError(
      'usage',
      'With --valid 0 and no --test there is nothing to divide. Give one of them.',
    )
  return settings
}

function isNone(share: Share | null): boolean {
  return share === null || ('count' in share && share.count === 0)
}

function shareOf(name: string, value: number): Share {
  if (value > 0 && value < 1) return { fraction: value }
  if (Number.isSafeInteger(value) && value >= 0) return { count: value }
  throw argumentError(
    name,
    'a number of photos of each class (50), or a part of each between 0 and 1 (0.2)',
    value,
  )
}

/**
 * Refuses options that could have no effect beside the others, and photos that are not there: before anything is said of where the
 * data set goes, and before anything is made there.
 *
 * @throws `usage`; `io` where there is no such folder of photos; `data` for a file
 */
export async function checkSplitOptions(options: SplitOptions): Promise<void> {
  refuseTogether(options)
  await InnerFolder.open(options.data)
}

function refuseTogether(options: SplitOptions): void {
  const { out, links, manifest, add, folds, check, valid, test } = options
  for (const rule of options.groupBy ?? []) groupRule(rule)
  const both = (a: unknown, nameA: string, b: unknown, nameB: string) => {
    if (a !== undefined && a !== false && b !== undefined && b !== false)
      throw new ChiquitoError('usage', `${nameA} has no effect with ${nameB}. Leave one of them out.`)
  }
  if (check) {
    const making = { valid, test, balance: options.balance, links, manifest, add, folds, seed: options.seed }
    for (const [name, value] of Object.entries(making)) both(value, `--${name}`, true, '--check')
    return
  }
  if (out === undefined || out === '')
    throw new ChiquitoError(
      'usage',
      'Say with --out which folder the data set goes into, or with --check that a division is to be judged.',
    )
  both(links, '--links', manifest, '--manifest')
  both(add, '--add', manifest, '--manifest')
  both(folds, '--folds', valid, '--valid')
  for (const [name, value] of Object.entries({ links, manifest, add, balance: options.balance }))
    both(value, `--${name}`, folds, '--folds')
  if (folds !== undefined && !(Number.isInteger(folds) && folds >= 2 && folds <= MOST_FOLDS))
    throw argumentError('folds', `a whole number from 2 to ${MOST_FOLDS}`, folds)
}

/** Where a path really is, links followed as far as it exists. */
export async function realPath(place: string): Promise<string> {
  const whole = path.resolve(place)
  try {
    return await realpath(whole)
  } catch {
    const above = path.dirname(whole)
    return above === whole ? whole : path.join(await realPath(above), path.basename(whole))
  }
}

/** Neither folder may lie in the other: what is written would be read, or the photos be taken for a part of the data set. */
export function requireApart(data: string, out: string): void {
  if (data === out)
    throw new ChiquitoError(
      'usage',
      `--out is the folder of photos itself, "${data}". Give a new folder beside it.`,
    )
  if (out.startsWith(data + path.sep))
    throw new ChiquitoError(
      'usage',
      `--out "${out}" lies inside the folder of photos, so it would be read as photos the next time. Give a folder beside "${data}".`,
    )
  if (data.startsWith(out + path.sep))
    throw new ChiquitoError(
      'usage',
      `The folder of photos lies inside --out "${out}". Give a new folder beside "${data}".`,
    )
}

/**
 * What keeps photos together: as asked for now, or, where nothing is, as the data set that is added to was made.
 */
export function tiesAsked(options: SplitOptions, before: DivisionSettings | undefined): SplitOptions {
  if (before === undefined) return options
  const isSeparable = (name: string): name is Separable => separable.some(one => one === name)
  const { groupBy = before.groupBy, notBy = before.notBy.filter(isSeparable) } = options
  return { ...options, groupBy, notBy, depth: options.depth ?? before.depth ?? undefined }
}

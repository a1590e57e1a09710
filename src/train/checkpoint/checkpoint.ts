import { z } from 'zod'
import { readSafetensors, writeSafetensors } from '../../backbones/index.js'
import { asFloat32, ChiquitoError, type Tensor } from '../../core/index.js'
import type { Tensors } from '../steps/index.js'
import { factsJson } from './facts.js'

/** Raised when older programs would misread the file, or a newer one an old file. */
const VERSION = '1'

/** Time that a kill may cost: far below what a person would mind, far above what saving takes (tens of milliseconds). */
export const CHECKPOINT_SECONDS = 30

/** Epochs of a head take a few milliseconds: not each of them is worth waiting for the disk. */
const SHORTEST_PAUSE_SECONDS = 1

/** Bytes allowed for all but the tensors; names and facts of the largest networks take a hundredth of it. */
const HEADER_ROOM = 16 * 1024 * 1024

/** Where the file lies. */
export interface CheckpointStore {
  /** The file's name, for messages. */
  readonly name: string
  /** The last checkpoint's bytes; undefined where there is none. */
  read(): Promise<Uint8Array | undefined>
  /** Puts a new one in its place: whatever happens, one of the two can be read. */
  write(bytes: Uint8Array): Promise<void>
  /** A larger file could not be read again. */
  readonly mostBytes: number
  /** How much has been logged: what was logged later is logged again by whoever goes on from here. */
  logged(): number
}

export interface CheckpointOptions {
  /** What the state depends on, by name: going on is possible only where all of it is the same. */
  readonly key: Readonly<Record<string, string>>
  /** Seconds between two of them within an epoch; 0 saves after every step. 30 by default. */
  readonly seconds?: number | undefined
  /** Told once where the state is too large to be kept. */
  readonly notice?: ((message: string) => void) | undefined
}

/** Part of a checkpoint: what one piece of work needs to go on, or what came of it. */
export interface Section {
  /** As JSON allows, and numbers that are not finite. To be checked by whoever reads it. */
  readonly facts: unknown
  readonly tensors: Tensors
}

/** Sections by name; a name has no slash. */
export type Sections = ReadonlyMap<string, Section>

const metadataSchema = z.object({
  format: z.literal('chiquito-checkpoint'),
  version: z.string(),
  key: z.string(),
  logged: z.coerce.number().pipe(z.int().nonnegative()),
  sections: z.string(),
})
const keySchema = z.record(z.string(), z.string())
const sectionsSchema = z.record(z.string(), z.unknown())

/**
 * How far a training has come, in one safetensors file: whoever opens it after a kill goes on with the same bits. All
 * sections are written together, so they always belong to the same instant.
 */
export class Checkpoint {
  private sections = new Map<string, Section>()
  private readonly pause: number
  private saved = performance.now()
  private told = false
  /** What had been logged when the checkpoint that was found was written; undefined where none was. */
  logged: number | undefined

  private constructor(
    private readonly store: CheckpointStore,
    private readonly options: CheckpointOptions,
  ) {
    this.pause = options.seconds ?? CHECKPOINT_SECONDS
  }

  /**
   * Reads what there is.
   * Throws `data` for a file that is damaged, or belongs to another training; `io`.
   */
  static async open(store: CheckpointStore, options: CheckpointOptions): Promise<Checkpoint> {
    const checkpoint = new Checkpoint(store, options)
    const bytes = await store.read()
    if (bytes) checkpoint.load(bytes)
    return checkpoint
  }

  get(name: string): Section | undefined {
    return this.sections.get(name)
  }

  /** Saved from now on, until it is deleted. */
  set(name: string, section: Section): void {
    this.sections.set(name, section)
  }

  delete(name: string): void {
    this.sections.delete(name)
  }

  /** Whether it is time to save: within an epoch, or at the end of one. */
  due(within: 'step' | 'epoch'): boolean {
    const pause = within === 'step' ? this.pause : Math.min(this.pause, SHORTEST_PAUSE_SECONDS)
    return performance.now() - this.saved >= pause * 1000
  }

  /** Writes all sections, and some that are true at this instant alone. Throws `io`; the old file is then still there. */
  async save(momentary: Sections = new Map()): Promise<void> {
    const sections = new Map([...this.sections, ...momentary])
    const tensors = new Map<string, Tensor>()
    for (const [section, held] of sections)
      for (const [name, tensor] of held.tensors) tensors.set(`${section}/${name}`, tensor)
    const facts = Object.fromEntries(Array.from(sections, ([name, section]) => [name, section.facts]))
    const metadata = {
      format: 'chiquito-checkpoint',
      version: VERSION,
      key: JSON.stringify(this.options.key),
      logged: String(this.store.logged()),
      sections: factsJson(facts),
    }
    if (!this.isTooLarge(tensors)) await this.store.write(writeSafetensors(tensors, metadata))
    this.saved = performance.now()
  }

  /** The result of a piece of work: the recorded one, or that of doing it now, which is then recorded. */
  async once<T>(name: string, schema: z.ZodType<T>, work: () => Promise<T>): Promise<T> {
    const known = this.get(name)
    if (known) return this.checked(name, schema)
    const result = await work()
    this.set(name, { facts: result, tensors: new Map() })
    await this.save()
    return result
  }

  /** The facts of a section that is there. Throws `data` where they are not what they should be. */
  checked<T>(name: string, schema: z.ZodType<T>): T {
    const result = schema.safeParse(this.get(name)?.facts)
    if (result.success) return result.data
    throw this.broken(`its part "${name}" is not what it should be`)
  }

  /** The error for a checkpoint that cannot be used. */
  broken(what: string, cause?: unknown): ChiquitoError {
    const message = `"${this.store.name}" is damaged: ${what}. Restore it, or train again without going on.`
    return new ChiquitoError('data', message, { cause })
  }

  /** Says so the first time. */
  private isTooLarge(tensors: ReadonlyMap<string, Tensor>): boolean {
    let bytes = HEADER_ROOM
    for (const { data } of tensors.values()) bytes += data.byteLength
    if (bytes <= this.store.mostBytes) return false
    if (!this.told)
      this.options.notice?.(
        `What this training is made of takes ${bytes} bytes, too many for a checkpoint: if it is cut off, it starts anew.`,
      )
    this.told = true
    return true
  }

  private load(bytes: Uint8Array): void {
    const { tensors, metadata } = this.parse(bytes)
    this.requireKey(metadata.key)
    this.logged = metadata.logged
    const held = new Map<string, Map<string, Tensor<'float32'>>>()
    for (const [path, tensor] of tensors) {
      const [section, name] = splitOnce(path)
      if (name === undefined || !Object.hasOwn(metadata.sections, section))
        throw this.broken(`its tensor "${path}" belongs to nothing`)
      held.set(section, (held.get(section) ?? new Map()).set(name, this.float32(tensor, path)))
    }
    for (const [name, facts] of Object.entries(metadata.sections))
      this.sections.set(name, { facts, tensors: held.get(name) ?? new Map() })
  }

  private parse(bytes: Uint8Array) {
    try {
      const { tensors, metadata } = readSafetensors(bytes, this.store.name)
      const found = metadataSchema.parse(Object.fromEntries(metadata))
      if (found.version !== VERSION)
        throw new ChiquitoError(
          'data',
          `"${this.store.name}" was written by another version of chiquito. Go on with that one, or train again.`,
        )
      const key = keySchema.parse(JSON.parse(found.key))
      const sections = sectionsSchema.parse(JSON.parse(found.sections))
      return { tensors, metadata: { ...found, key, sections } }
    } catch (error) {
      if (error instanceof ChiquitoError && error.code === 'data') throw error
      throw this.broken('it is no checkpoint, or not a whole one', error)
    }
  }

  private requireKey(found: Readonly<Record<string, string>>): void {
    const { key } = this.options
    const names = new Set([...Object.keys(key), ...Object.keys(found)])
    for (const name of names)
      if (key[name] !== found[name])
        throw new ChiquitoError(
          'data',
          `"${this.store.name}" belongs to another training: its ${name} is ${found[name]}, not ${key[name]}. ` +
            'Restore what has changed, or train again without going on.',
        )
  }

  private float32(tensor: Tensor, path: string): Tensor<'float32'> {
    try {
      return asFloat32(tensor, path)
    } catch (error) {
      throw this.broken(`its tensor "${path}" is ${tensor.dtype}, not float32`, error)
    }
  }
}

function splitOnce(path: string): [string, string | undefined] {
  const at = path.indexOf('/')
  return at < 0 ? [path, undefined] : [path.slice(0, at), path.slice(at + 1)]
}

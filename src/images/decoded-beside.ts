import { pathToFileURL } from 'node:url'
import type { OpenPhoto } from './decode.js'

/** Something else that is to be learnt of photos while they are decoded for their views: it costs no decoding of its own. */
export interface DecodedBeside {
  /**
   * Path of the program that decoding threads load for it, which exports a {@link LookAt} as `lookAt`. Undefined where there is none,
   * as where sources run uncompiled.
   */
  readonly program: string | undefined
  /** Asked before a photo file is read; gives whom to tell what was learnt, undefined where nothing needs to be. */
  begin(file: string, sha256: string): ((said: string) => void) | undefined
}

/** What a photo is asked, and its answer as text. What it throws is dropped: then nothing is told. */
export type LookAt = (bytes: Uint8Array, photo: OpenPhoto) => Promise<string>

const loaded = new Map<string, Promise<LookAt>>()

/** The program's answer; undefined where it has none. */
export async function lookedAt(
  program: string,
  bytes: Uint8Array,
  photo: OpenPhoto,
): Promise<string | undefined> {
  try {
    const known = loaded.get(program) ?? load(program)
    loaded.set(program, known)
    return await (await known)(bytes, photo)
  } catch {
    return undefined
  }
}

async function load(program: string): Promise<LookAt> {
  const { lookAt }: { lookAt: LookAt } = await import(pathToFileURL(program).href)
  return lookAt
}

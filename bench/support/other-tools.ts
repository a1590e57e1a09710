import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { messageOf } from '../../src/core/index.js'
import type { Peer } from './peer.js'
import { startPython } from './python.js'

// The other tools' side of `layouts` and `photos` is bench/python/layouts.py: one process a tool.

/** How long a tool may take for one folder or photo, in ms. */
const limit = 120_000

const meantSchema = z.object({
  classes: z.array(z.string()),
  parts: z.record(z.string(), z.number()),
  refused: z.boolean(),
})

const madeSchema = z.object({
  tools: z.array(z.string()),
  layouts: z.array(z.object({ name: z.string(), folder: z.string(), runs: z.boolean(), meant: meantSchema })),
  divisions: z.array(z.object({ name: z.string(), folder: z.string() })),
  photos: z.array(
    z.object({ name: z.string(), file: z.string(), readings: z.record(z.string(), z.string()) }),
  ),
  skipped: z.array(z.string()),
})

const versionsSchema = z.object({ ready: z.object({ versions: z.array(z.string()) }) })

/** What a layout is meant to be. */
export type Meant = z.infer<typeof meantSchema>

/** What lies in the folder that all sides get a copy of. */
export type Made = z.infer<typeof madeSchema>

/** Folders and photos on disk, and a way to show them to each of the other tools. */
export class OtherTools {
  private constructor(
    private readonly home: string,
    readonly made: Made,
  ) {}

  /** Lays everything out in a temporary folder; where there is no Python to do it, says so. */
  static async open(): Promise<OtherTools | { readonly skipped: string }> {
    const home = await mkdtemp(path.join(tmpdir(), 'chiquito-layouts-'))
    const started = await startPython('layouts.py', ['make', path.join(home, 'made')])
    if ('skipped' in started) {
      await rm(home, { recursive: true, force: true })
      return started
    }
    started.peer.close()
    const { ready } = z.object({ ready: madeSchema }).parse(started.ready)
    return new OtherTools(home, ready)
  }

  /** Where everything lies. */
  get root(): string {
    return path.join(this.home, 'made')
  }

  /** A copy of its own for each side: some of them write beside what they read. */
  async copyFor(side: string): Promise<string> {
    const copy = path.join(this.home, side.replaceAll(' ', '-'))
    await cp(this.root, copy, { recursive: true, verbatimSymlinks: true })
    return copy
  }

  /**
   * Asks one tool everything, each request a path below its own copy. Answers are in the order of the requests; a tool
   * that does not answer in time is started anew for the next. Where it is not installed, `skipped` says so.
   */
  async ask(
    tool: string,
    kind: 'folder' | 'photo',
    paths: readonly string[],
  ): Promise<{ readonly versions: string; readonly answers: unknown[] } | { readonly skipped: string }> {
    const copy = await this.copyFor(tool)
    let peer: Peer | undefined
    let versions = ''
    const answers: unknown[] = []
    try {
      for (const each of paths) {
        if (peer === undefined) {
          const started = await startPython('layouts.py', [tool])
          if ('skipped' in started) return started
          peer = started.peer
          versions = versionsSchema.parse(started.ready).ready.versions.join(', ')
        }
        try {
          answers.push(await peer.ask({ [kind]: path.join(copy, each) }, limit))
        } catch (error) {
          answers.push({ error: messageOf(error) })
          peer.close()
          peer = undefined
        }
      }
      return { versions, answers: answers.map(answer => withoutPaths(answer, copy)) }
    } finally {
      peer?.close()
    }
  }

  async close(): Promise<void> {
    await rm(this.home, { recursive: true, force: true })
  }
}

/** An answer in which no path of this machine stands. */
function withoutPaths(answer: unknown, copy: string): unknown {
  return JSON.parse(JSON.stringify(answer).replaceAll(`${copy}/`, ''))
}

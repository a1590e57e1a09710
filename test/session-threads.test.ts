// A network with a thread of its own for each run, as threads have it: from the build, as nothing else can be loaded there.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const script = fileURLToPath(new URL('support/session-threads.mjs', import.meta.url))
const exitInside = fileURLToPath(new URL('support/exit-inside.mjs', import.meta.url))

describe('a model on threads', () => {
  it('says what it says alone, refuses what it refuses there, and keeps no process alive', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [script])
    const { alone, beside, ...rest } = JSON.parse(stdout)
    expect(alone).toHaveLength(12)
    expect(beside).toEqual(alone)
    expect(rest).toEqual({
      atOnce: 4,
      refused: {
        code: 'engine',
        message: 'input x of squares must be float32 [2, 3], but is float32 [3].',
      },
      pending: 'engine',
      after: 'squares was closed and cannot run any more.',
      single: true,
    })
  })

  it.each([0, 20, 60])('lets the process exit at once, %s ms after runs began', async after => {
    const ended = promisify(execFile)(process.execPath, [exitInside, String(after)])
    await expect(ended).rejects.toMatchObject({ code: 7, signal: null, stderr: '' })
  })
})

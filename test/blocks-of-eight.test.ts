import { execFile, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

const emulator = 'qemu-x86_64'
const isThere = process.arch === 'x64' && spawnSync(emulator, ['-version']).status === 0
const script = fileURLToPath(new URL('support/step-in-blocks.mjs', import.meta.url))
const schema = z.object({ block: z.number().nullable(), worst: z.number(), notices: z.array(z.string()) })

// The layout's blocks have another size on other processors, which this machine plays: Debian has it in qemu-user.
describe.skipIf(!isThere)(`on processors that ${emulator} plays (skipped where it is not installed)`, () => {
  it.each(['Haswell', 'Nehalem'])('%s: gradients in blocks of 8 agree with the plain form', async cpu => {
    const { stdout } = await promisify(execFile)(emulator, ['-cpu', cpu, process.execPath, script])
    const { block, worst, notices } = schema.parse(JSON.parse(stdout))
    expect(block).toBe(8)
    expect(notices).toEqual([])
    expect(worst).toBeLessThan(2e-5)
  })
})

import { kernels } from './program.js'

/** Most bytes in the kernels' memory. */
const MOST = 16 * 1024 * 1024

/** Values of a byte. */
const VALUES = 256

/**
 * Replaces each byte by what a table says, which is made for their mean. False where the kernels cannot be used, and nothing was
 * done.
 *
 * @param tableFor 256 bytes
 */
export function relightByKernels(data: Uint8Array, tableFor: (mean: number) => Uint8Array): boolean {
  const program = data.length > 0 && data.length <= MOST ? kernels() : undefined
  if (!program) return false
  // The kernels take bytes by 16 and 4; those beyond the end must count for nothing.
  const end = (data.length + 15) & ~15
  const memory = program.bytes(end + VALUES)
  memory.set(data)
  memory.fill(0, data.length, end)
  memory.set(tableFor(program.sum(0, data.length) / data.length), end)
  program.replace(0, data.length, end)
  data.set(memory.subarray(0, data.length))
  return true
}

import { describe, expect, it } from 'vitest'
import { DECODE_BUDGET_BYTES, FREE_DECODE_BYTES, gated, leaveSeat, takeSeat } from './decode-gate.js'

/** Works side by side at most, and in which order they ended. */
async function atOnce(sizes: readonly number[]) {
  let now = 0
  let most = 0
  const order: number[] = []
  await Promise.all(
    sizes.map((bytes, i) =>
      gated(bytes, async () => {
        now++
        most = Math.max(most, now)
        await new Promise(resolve => setTimeout(resolve, 5))
        now--
        order.push(i)
      }),
    ),
  )
  return { most, order }
}

describe('the gate of decoding', () => {
  it('lets small decodes pass side by side', async () => {
    expect((await atOnce(Array(20).fill(FREE_DECODE_BYTES))).most).toBe(20)
  })

  it('lets as many of one size pass as fit', async () => {
    expect((await atOnce(Array(9).fill(DECODE_BUDGET_BYTES / 4))).most).toBe(4)
  })

  it('lets one pass that takes more than there is, alone', async () => {
    expect((await atOnce(Array(3).fill(10 * DECODE_BUDGET_BYTES))).most).toBe(1)
  })

  it('does not keep a large one waiting for all that come later', async () => {
    const sizes = [DECODE_BUDGET_BYTES / 2, DECODE_BUDGET_BYTES, ...Array(30).fill(DECODE_BUDGET_BYTES / 8)]
    expect((await atOnce(sizes)).order.indexOf(1)).toBeLessThan(31)
  })

  it('opens again when work fails', async () => {
    for (let i = 0; i < 3; i++)
      await expect(gated(DECODE_BUDGET_BYTES, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect((await atOnce([DECODE_BUDGET_BYTES])).order).toEqual([0])
  })

  it('forgets what a thread had taken that ended', async () => {
    const seat = takeSeat()
    const books = new Int32Array(seat.memory)
    books[1 + seat.slot] = DECODE_BUDGET_BYTES / 1024 / 1024
    books[0] = seat.slot + 1
    leaveSeat(seat)
    expect((await atOnce([DECODE_BUDGET_BYTES])).order).toEqual([0])
    expect(takeSeat().slot).toBe(seat.slot)
  })
})

import { describe, expect, it } from 'vitest'
import { breather } from './breather.js'

describe('breather', () => {
  it('lets signals be heard between two steps of a computation, and then ends it', async () => {
    const controller = new AbortController()
    const breathe = breather(controller.signal, 0)
    let steps = 0
    setImmediate(() => controller.abort())
    const computing = async () => {
      for (; steps < 1e6; steps++) await breathe()
    }
    await expect(computing()).rejects.toMatchObject({ code: 'interrupted' })
    expect(steps).toBeLessThan(10)
  })

  it('turns the event loop only now and then', async () => {
    let turns = 0
    const count = () => {
      turns++
      handle = setImmediate(count)
    }
    let handle = setImmediate(count)
    const breathe = breather(undefined, 1e6)
    for (let i = 0; i < 1000; i++) await breathe()
    clearImmediate(handle)
    expect(turns).toBe(0)
  })
})

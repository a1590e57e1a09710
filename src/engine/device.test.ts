import { afterEach, describe, expect, it } from 'vitest'
import { ChiquitoError, float32 } from '../core/index.js'
import { GraphBuilder, type Model, model } from '../onnx/index.js'
import { devices, Session } from './index.js'

function negation(): Model {
  const builder = new GraphBuilder('negation')
  builder.output(builder.op('Neg', [builder.input('x', 'float32', ['n'])]), 'y')
  return model(builder.build())
}

const opened: Session[] = []
afterEach(async () => {
  for (const session of opened.splice(0)) await session.close()
})

describe('devices', () => {
  it.each(devices)('%s runs a graph, or the CPU does with a notice', async device => {
    const notices: string[] = []
    const session = await Session.open(negation(), {
      device,
      threads: 1,
      notice: message => notices.push(message),
    })
    opened.push(session)
    expect((await session.run({ x: float32([1, -2]) })).y.data).toEqual(Float32Array.of(-1, 2))
    if (session.device === device) expect(notices).toEqual([])
    else {
      expect(session.device).toBe('cpu')
      expect(notices).toHaveLength(1)
      expect(notices[0]).toMatch(/^(WebGPU|CUDA) cannot be used here \(.+\); using the CPU instead\.$/)
    }
  })

  it.each(['webgpu', 'cuda'] as const)(
    '%s is an error when it must be had and is not there',
    async device => {
      const outcome = await Session.open(negation(), { device, strict: true, threads: 1 }).catch(
        (e: unknown) => e,
      )
      if (outcome instanceof Session) {
        opened.push(outcome)
        expect(outcome.device).toBe(device)
      } else {
        expect(outcome).toBeInstanceOf(ChiquitoError)
        expect(outcome).toMatchObject({
          code: 'engine',
          message: expect.stringMatching(/cannot be used here/),
        })
      }
    },
  )

  it('a model that is at fault is not blamed on the device', async () => {
    const notices: string[] = []
    const bytes = new TextEncoder().encode('no model')
    const options = {
      device: 'webgpu',
      notice: (message: string) => notices.push(message),
      name: 'a.onnx',
    } as const
    await expect(Session.open(bytes, options)).rejects.toMatchObject({ code: 'model' })
    expect(notices).toEqual([])
  })
})

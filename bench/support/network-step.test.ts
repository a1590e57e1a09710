import { describe, expect, it } from 'vitest'
import { loadBackbone } from '../../src/backbones/index.js'
import { NetworkStep, type NetworkStepOptions, networkLoss } from './network-step.js'

const backbone = await loadBackbone('efficientnet-lite0')
const small = { backbone, batch: 2, size: 32, threads: 1 } as const

async function losses(options: Pick<NetworkStepOptions, 'trained' | 'plain'>): Promise<number[]> {
  const network = await NetworkStep.open({ ...small, ...options })
  try {
    return [await network.step(), await network.step(), await network.step()]
  } finally {
    await network.close()
  }
}

describe('the step that is measured', () => {
  it('learns, lowered as it does in plain ONNX', async () => {
    const plain = await losses({ trained: 'all', plain: true })
    expect(plain[2]).toBeLessThan(plain[0])
    for (const [i, loss] of (await losses({ trained: 'all', plain: false })).entries())
      expect(loss).toBeCloseTo(plain[i], 3)
  })

  it('learns less where only the last blocks do, from the same loss', async () => {
    const [first, second] = await losses({ trained: 'last', plain: true })
    const all = await losses({ trained: 'all', plain: true })
    expect(first).toBeCloseTo(all[0], 5)
    expect(second).toBeGreaterThan(all[1])
  })

  it('knows which weights learn', () => {
    const names = (trained: NetworkStepOptions['trained']) => [
      ...networkLoss({ ...small, trained }).weights.keys(),
    ]
    const all = names('all')
    expect(all).toContain('_conv_stem.weight')
    expect(names('last')).toEqual(
      all.filter(name => /^_blocks\.1\d\.|^_conv_head\.|^_bn1\.|^fc\./.test(name)),
    )
    expect(names('batch-norm').filter(name => !all.includes(name))).toContain('_bn0.running_mean')
  })
})

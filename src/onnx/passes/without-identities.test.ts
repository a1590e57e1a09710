import { describe, expect, it } from 'vitest'
import { parseGraph, printGraph } from '../index.js'
import { withoutIdentities } from './without-identities.js'

const without = (lines: string) => printGraph(withoutIdentities(parseGraph(`graph g\n${lines}`)))
const plain = (lines: string) => printGraph(parseGraph(`graph g\n${lines}`))

const x = 'input x: float32[2]'

describe('withoutIdentities', () => {
  it('gives a result its name where it is computed, and to all that read it', () => {
    expect(
      without(`${x}\na = Relu(x)\ny = Identity(a)\nz = Neg(a)\noutput y: float32[2]\noutput z: float32[2]`),
    ).toBe(plain(`${x}\ny = Relu(x)\nz = Neg(y)\noutput y: float32[2]\noutput z: float32[2]`))
  })

  it('follows chains, and leaves out those inside', () => {
    expect(
      without(
        `${x}\na = Identity(x)\nb = Identity(a)\nc = Relu(b)\nd = Identity(c)\ny = Identity(d)\noutput y: float32[2]`,
      ),
    ).toBe(plain(`${x}\ny = Relu(x)\noutput y: float32[2]`))
  })

  it('keeps one where a value is two results, an input or a weight', () => {
    const twice = `${x}\na = Relu(x)\ny = Identity(a)\nz = Identity(a)\noutput y: float32[2]\noutput z: float32[2]`
    expect(without(twice)).toBe(
      plain(`${x}\ny = Relu(x)\nz = Identity(y)\noutput y: float32[2]\noutput z: float32[2]`),
    )
    for (const kept of [
      `${x}\ny = Identity(x)\noutput y: float32[2]`,
      `weight w: float32[1] {2}\ny = Identity(w)\noutput y: float32[1]`,
    ])
      expect(without(kept)).toBe(plain(kept))
  })

  it('renames what branches read from outside', () => {
    const branch = (read: string) =>
      `then_branch={graph t\nt = Neg(${read})\noutput t: float32[2]\n} else_branch={graph e\ne = Exp(${read})\noutput e: float32[2]\n}`
    const lines = (read: string, rest: string) =>
      `${x}\ninput c: bool[]\n${rest}z = If(c) ${branch(read)}\noutput y: float32[2]\noutput z: float32[2]`
    expect(without(lines('a', 'a = Relu(x)\ny = Identity(a)\n'))).toBe(plain(lines('y', 'y = Relu(x)\n')))
  })
})

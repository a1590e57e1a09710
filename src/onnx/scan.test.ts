import { describe, expect, it } from 'vitest'
import { float32 } from '../core/index.js'
import { GraphBuilder, model, writeModel } from './index.js'
import { scanModel } from './scan.js'

function bytesOf(build: (b: GraphBuilder) => string, metadata = new Map<string, string>()): Uint8Array {
  const b = new GraphBuilder('small')
  b.input('x', 'float32', [1])
  b.output(build(b))
  return writeModel({ ...model(b.build()), metadata })
}

describe('scanModel', () => {
  it('reads what a file says of itself', () => {
    const metadata = new Map([
      ['chiquito.labels', '["é","b"]'],
      ['other', ''],
    ])
    const bytes = bytesOf(b => b.op('Add', ['x', b.constant(float32(new Float32Array([1]), [1]))]), metadata)
    const scanned = scanModel(bytes, 'm')
    expect([...scanned.metadata]).toEqual([...metadata])
    expect(scanned.producer).toBe('chiquito')
  })

  it('refuses what is no model, and one that is cut off anywhere', () => {
    const bytes = bytesOf(b => b.op('Relu', ['x']))
    for (const wrong of [
      new Uint8Array(0),
      new TextEncoder().encode('<!doctype html>'),
      Uint8Array.of(255, 255),
    ])
      expect(() => scanModel(wrong, 'm')).toThrow(/m is not an ONNX model/)
    for (let length = 1; length < bytes.length; length++)
      try {
        scanModel(bytes.subarray(0, length), 'm')
      } catch (error) {
        expect(error).toMatchObject({ code: 'model' })
      }
  })

  it('refuses operators of other domains, also inside other graphs, functions and data in other files', () => {
    const field = (number: number, content: Uint8Array | string) => {
      const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
      return Uint8Array.of((number << 3) | 2, bytes.length, ...bytes)
    }
    const node = Uint8Array.of(...field(4, 'Evil'), ...field(7, 'com.example'))
    const graph = field(1, node)
    const nested = field(1, field(5, field(6, graph)))
    expect(() => scanModel(field(7, graph), 'm')).toThrow(/the operator "Evil" of "com\.example"/)
    expect(() => scanModel(field(7, nested), 'm')).toThrow(/com\.example/)
    expect(() => scanModel(field(7, field(5, field(13, ''))), 'm')).toThrow(/tensors in other files/)
    expect(() => scanModel(Uint8Array.of(...field(7, ''), 0xca, 0x01, 0x00), 'm')).toThrow(/functions/)
    let deep = graph
    for (let i = 0; i < 20; i++) deep = field(1, field(5, field(6, deep)))
    expect(() => scanModel(Uint8Array.of(0x3a, deep.length, ...deep), 'm')).toThrow()
  })
})

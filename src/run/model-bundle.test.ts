import { describe, expect, it } from 'vitest'
import { inputNote, type ModelMetadata, modelMetadataEntries, parseModelMetadata } from './index.js'

const metadata: ModelMetadata = {
  labels: ['chiquito', 'ñot "quoted"'],
  view: { size: 224, resize: 'crop' },
  input: inputNote,
  backbone: { name: 'efficientnet-lite0', id: 'abc', licence: 'Apache-2.0' },
  recipe: 'auto',
  seed: 2 ** 53 - 1,
  temperature: 1.25,
  data: { fingerprint: 'def', train: 440, valid: 100 },
  accuracy: { value: 0.97, low: 0.91, high: 0.99 },
  versions: { onnxruntime: '1.30.0', chiquito: '0.1.0' },
  golden: [{ png: Uint8Array.from({ length: 300_000 }, (_, i) => i * i), probabilities: [0.1, 0.9] }],
}

function changed(key: string, value: string): Map<string, string> {
  return modelMetadataEntries(metadata).set(`chiquito.${key}`, value)
}

describe('model metadata', () => {
  it('come back as they were', () => {
    const entries = modelMetadataEntries(metadata)
    expect([...entries.keys()].every(key => key.startsWith('chiquito.'))).toBe(true)
    expect(entries.get('chiquito.labels')).toBe('["chiquito","ñot \\"quoted\\""]')
    expect(parseModelMetadata(entries.set('other.tool', 'x'), 'model.onnx')).toEqual(metadata)
    const { accuracy: _, ...least } = { ...metadata, golden: [], threshold: 0.6 }
    expect(parseModelMetadata(modelMetadataEntries(least), 'model.onnx')).toEqual(least)
  })

  it('are the same text for the same content, whatever the order of its keys', () => {
    const reordered = Object.fromEntries(Object.entries(metadata).reverse())
    const versions = { chiquito: '0.1.0', onnxruntime: '1.30.0' }
    const entries = modelMetadataEntries({ ...metadata, ...reordered, versions })
    expect([...entries]).toEqual([...modelMetadataEntries(metadata)])
  })

  it('say whose model it is when it is not ours', () => {
    expect(() => parseModelMetadata(new Map([['author', 'x']]), 'yolo.onnx', 'pytorch')).toThrow(
      '"yolo.onnx" was made by pytorch, not by chiquito',
    )
    expect(() => parseModelMetadata(new Map(), 'a.onnx', '')).toThrow(/was made by another program/)
    expect(() => parseModelMetadata(new Map(), 'a.onnx', 'chiquito')).toThrow(
      /made by chiquito and has lost what it said of itself/,
    )
  })

  it.each([
    ['a newer format', changed('format', '2'), /"m.onnx" has format "2"; this chiquito reads 1. Update/],
    [
      'an interval without its estimate',
      changed('accuracy', '{"value":1,"low":0.4,"high":0.5}'),
      /at accuracy: its interval does not hold it/,
    ],
    [
      'text that is not JSON',
      changed('labels', '['),
      /"m.onnx" is damaged: its metadata entry chiquito.labels/,
    ],
    ['one label', changed('labels', '["a"]'), /"m.onnx" has metadata that make no sense: at labels/],
    ['a repeated label', changed('labels', '["a","a"]'), /at labels: a label repeats/],
    ['an unknown resize', changed('view', '{"size":224,"resize":"stretch"}'), /at view.resize/],
    ['a huge view', changed('view', '{"size":1e9,"resize":"crop"}'), /at view.size/],
    ['a temperature of 0', changed('temperature', '0'), /at temperature/],
    ['bad base64', changed('golden', '[{"png":"%%","probabilities":[0,1]}]'), /at golden\[0\].png/],
    [
      'too few probabilities',
      changed('golden', '[{"png":"AAAA","probabilities":[1]}]'),
      /at golden: a golden photo/,
    ],
    [
      'too large a golden photo',
      changed('golden', `[{"png":"${'AAAA'.repeat(800_000)}","probabilities":[0,1]}]`),
      /at golden\[0\].png: over/,
    ],
  ])('are refused with %s', (_, entries, message) => {
    expect(() => parseModelMetadata(entries, 'm.onnx')).toThrow(message)
  })

  it('are refused when a needed entry is missing', () => {
    for (const key of ['labels', 'view', 'temperature', 'golden', 'backbone']) {
      const entries = modelMetadataEntries(metadata)
      entries.delete(`chiquito.${key}`)
      expect(() => parseModelMetadata(entries, 'm.onnx')).toThrow(`at ${key}: `)
    }
  })

  it('are not written when they contradict themselves', () => {
    expect(() => modelMetadataEntries({ ...metadata, labels: ['a', 'b', 'c'] })).toThrow(
      /The model has metadata .* golden/,
    )
  })
})

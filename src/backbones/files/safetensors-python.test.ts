import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../test/support/files.js'
import { pythonWith, runPython } from '../../../test/support/python.js'
import { type DType, elementBytes, float32, int64, sizeOf, type Tensor } from '../../core/index.js'
import { bytesOf, tensorOver } from './elements.js'
import { readSafetensors } from './safetensors.js'
import { writeSafetensors } from './safetensors-writer.js'

// Files made by the format's own library, and files given to it.

const written: ReadonlyMap<string, Tensor> = new Map<string, Tensor>([
  ['double', { dtype: 'float64', shape: [2], data: Float64Array.of(0.1, -2.5) }],
  ['weight', float32([-1, -0.75, -0.5, -0.25, 0, 0.25], [2, 3])],
  ['half', { dtype: 'float16', shape: [3], data: Uint16Array.of(0x3c00, 0x7bff, 0xb800) }],
  ['brain', { dtype: 'bfloat16', shape: [2, 1], data: Uint16Array.of(0x3f80, 0xc000) }],
  ['long', int64([2n ** 60n, -1n])],
  ['int', { dtype: 'int32', shape: [2], data: Int32Array.of(7, -8) }],
  ['short', { dtype: 'int16', shape: [2], data: Int16Array.of(300, -300) }],
  ['signed', { dtype: 'int8', shape: [2], data: Int8Array.of(-128, 127) }],
  ['ulong', { dtype: 'uint64', shape: [1], data: BigUint64Array.of(2n ** 63n) }],
  ['uint', { dtype: 'uint32', shape: [1], data: Uint32Array.of(2 ** 32 - 1) }],
  ['ushort', { dtype: 'uint16', shape: [1], data: Uint16Array.of(65535) }],
  ['byte', { dtype: 'uint8', shape: [3], data: Uint8Array.of(0, 255, 3) }],
  ['flag', { dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) }],
  ['scalar', float32([3.5], [])],
  ['empty', float32([], [0, 3])],
  ['10', float32([1])],
  ['9', float32([2])],
  ['größe "x"\\\n', float32([3])],
  ['\u{1f600}', float32([4])],
  ['\uffee', float32([5])],
])

describe('a file of the library in Python', () => {
  const bytes = readFileSync(new URL('../fixtures/python.safetensors', import.meta.url))

  it('is read exactly', () => {
    const { tensors, metadata } = readSafetensors(bytes, 'python.safetensors')
    expect(Object.fromEntries(tensors)).toEqual(Object.fromEntries(written))
    expect(Object.fromEntries(metadata)).toEqual({ format: 'pt ✓' })
  })

  it('is what is written here of the same tensors, in whatever order they come', () => {
    const backwards = new Map([...written].reverse())
    for (const tensors of [written, backwards])
      expect(Buffer.from(writeSafetensors(tensors, { format: 'pt ✓' })).equals(bytes)).toBe(true)
  })
})

const dtypes: readonly DType[] = ['uint64', 'int64', 'float64', 'float32', 'uint32', 'int32', 'bfloat16']
const small: readonly DType[] = ['float16', 'uint16', 'int16', 'int8', 'uint8', 'bool']

const anyTensor: fc.Arbitrary<Tensor> = fc
  .tuple(
    fc.constantFrom(...dtypes, ...small),
    fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 }),
    fc.integer(),
  )
  .map(([dtype, shape, seed]) => {
    const length = sizeOf(shape) * elementBytes[dtype]
    // Small bytes only: they are numbers in every type, and truth values are 0 and 1.
    const data = Uint8Array.from({ length }, (_, i) => ((seed >>> (i % 31)) + i) & 1)
    return tensorOver(dtype, shape, data)
  })
const anyName = fc
  .string({ unit: 'grapheme', maxLength: 12 })
  .filter(name => name !== '__metadata__' && !/\p{Surrogate}/u.test(name))
const anyFile = fc.array(fc.tuple(anyName, anyTensor), { maxLength: 8 }).map(entries => new Map(entries))

const python = pythonWith('safetensors', 'torch')
const needs = '(needs Python with safetensors: CHIQUITO_PYTHON or scripts/make-venv.sh)'

/** Reads files, prints what is in them, and writes each again as FILE.again. */
const script = `
import hashlib, json, sys
import torch
from safetensors import safe_open
from safetensors.torch import save_file
files = []
for name in sys.argv[1:]:
    with safe_open(name, framework="pt") as f:
        tensors = {key: f.get_tensor(key) for key in f.keys()}
        metadata = f.metadata()
    save_file(tensors, name + ".again", metadata=metadata)
    files.append({key: [str(t.dtype).removeprefix("torch."), list(t.shape),
        hashlib.sha256(bytes(t.flatten().view(torch.uint8).tolist())).hexdigest()] for key, t in tensors.items()})
print(json.dumps(files))
`

describe.skipIf(python === undefined)(`the library in Python ${needs}`, () => {
  it('reads what is written here, and writes the same bytes', async () => {
    const folder = temporaryFolder()
    const contents = [written, ...fc.sample(anyFile, { numRuns: 60, seed: 1 })]
    const names = contents.map((tensors, i) => {
      const name = path.join(folder, `${i}.safetensors`)
      writeFileSync(name, writeSafetensors(tensors, { made: 'here' }))
      return name
    })
    const read = await runPython(python ?? '', script, names)
    const told = contents.map(tensors =>
      Object.fromEntries([...tensors].map(([key, tensor]) => [key, describeTensor(tensor)])),
    )
    expect(read).toEqual(told)
    for (const name of names) expect(readFileSync(`${name}.again`).equals(readFileSync(name))).toBe(true)
  })
})

function describeTensor(tensor: Tensor): [string, readonly number[], string] {
  return [tensor.dtype, tensor.shape, createHash('sha256').update(bytesOf(tensor)).digest('hex')]
}

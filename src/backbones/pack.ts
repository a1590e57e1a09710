import { createHash } from 'node:crypto'
import { argumentError, ChiquitoError, sizeOf, type Tensor, toHalf } from '../core/index.js'
import { classifierTensors } from './efficientnet-lite.js'
import { readPth } from './files/pth.js'
import { writeSafetensors } from './files/safetensors-writer.js'
import { registry } from './registry.js'
import { toFloat32, Weights } from './weights.js'

/**
 * Published weights as they are embedded: a safetensors file of the network's tensors and its ImageNet classifier's, with
 * origin and licence in its metadata. The same weights give the same bytes.
 *
 * Tensors of two or more dimensions (kernels, nearly all of the size) are rounded to 16 bits. Vectors stay in 32: batch
 * norm's variances can be too large or too small for 16 bits, and all vectors together are a thirtieth of the file.
 *
 * @param name a name of {@link registry}.
 * @param source the bytes of the `.pth` file, and its name.
 * @throws ChiquitoError `model` when the file is not of this network, or a kernel has a value that 16 bits cannot hold.
 */
export async function packBackbone(
  name: string,
  source: { readonly bytes: Uint8Array; readonly name: string },
): Promise<Uint8Array> {
  const entry = registry.get(name)
  if (!entry) throw argumentError('name', `one of ${[...registry.keys()].join(', ')}`, name)
  const weights = new Weights(await readPth(source.bytes, source.name), source.name)
  const wanted = new Map([...entry.tensors, ...classifierTensors()])
  weights.check(name, wanted)
  const tensors = new Map([...wanted.keys()].map(key => [key, packed(weights.get(key), key)]))
  return writeSafetensors(tensors, {
    network: name,
    licence: entry.licence,
    source: entry.source,
    source_file: source.name,
    source_sha256: createHash('sha256').update(source.bytes).digest('hex'),
    changes: 'tensors of two or more dimensions rounded to float16; counters of batches left out',
  })
}

function packed(tensor: Tensor, name: string): Tensor {
  const { shape, data } = toFloat32(tensor)
  if (shape.length < 2) return { dtype: 'float32', shape, data }
  const bits = new Uint16Array(sizeOf(shape))
  data.forEach((value, i) => {
    bits[i] = toHalf(value)
    if ((bits[i] & 0x7c00) === 0x7c00)
      throw new ChiquitoError('model', `Tensor ${name} has ${value}, which 16 bits cannot hold.`)
  })
  return { dtype: 'float16', shape, data: bits }
}

import { howToSave } from './pth.js'

// What people give for weights that are none that are read here, told by how it begins, with what to do.

interface Kind {
  readonly name: string
  readonly isIt: (start: Buffer) => boolean
  readonly todo: string
}

const asOnnx = 'export the network as an .onnx file and give that'
const again = 'download the file itself again'

const startsWith =
  (...texts: string[]) =>
  (start: Buffer) =>
    texts.some(text => start.subarray(0, text.length).toString('latin1').toLowerCase() === text.toLowerCase())

const kinds: readonly Kind[] = [
  {
    name: 'a pointer of Git LFS, not the file it points at',
    isIt: startsWith('version https://git-lfs'),
    todo: `${again}: git lfs pull`,
  },
  {
    name: 'a web page',
    isIt: startsWith('<!doctype', '<html', '<?xml', '<head'),
    todo: `${again}, by its direct address`,
  },
  {
    name: 'JSON, such as the index of weights in several files',
    isIt: startsWith('{', '['),
    todo: 'give a file that holds all weights: model.save_pretrained(folder, max_shard_size="100GB")',
  },
  { name: "HDF5, as Keras' .h5 and .weights.h5", isIt: startsWith('\x89HDF'), todo: asOnnx },
  { name: 'GGUF', isIt: startsWith('GGUF'), todo: asOnnx },
  {
    name: 'a file of TensorFlow Lite',
    isIt: start => start.subarray(4, 8).toString('latin1') === 'TFL3',
    todo: asOnnx,
  },
  { name: "NumPy's array", isIt: startsWith('\x93NUMPY'), todo: howToSave },
  { name: 'compressed (gzip)', isIt: startsWith('\x1f\x8b'), todo: 'unpack it first' },
  { name: 'compressed (xz)', isIt: startsWith('\xfd7zXZ'), todo: 'unpack it first' },
  { name: 'compressed (zstandard)', isIt: startsWith('\x28\xb5\x2f\xfd'), todo: 'unpack it first' },
  {
    name: 'a tar archive, as PyTorch before 0.2 saved',
    isIt: start => start.subarray(257, 262).toString('latin1') === 'ustar',
    todo: 'unpack it first; if that is no weights file, load it in PyTorch and save it again',
  },
  {
    name: 'a pickle that torch.save did not write',
    isIt: start => start[0] === 0x80 && start[1] >= 2 && start[1] <= 5,
    todo: howToSave,
  },
  {
    // safetensors, the last kind that is read, has the brace of its header after eight bytes.
    name: 'none of the kinds known here (.safetensors, .pth and their like, .onnx)',
    isIt: start => start.length > 8 && start[8] !== 0x7b,
    todo: howToSave,
  },
]

/** Enough for every sign above. */
const looked = 512

/** What a file is that holds no weights, and what to do, in a sentence for a message; undefined where nobody knows. */
export function foreignKind(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, looked))
  if (start.length === 0) return 'is empty; download or save it again'
  const kind = kinds.find(one => one.isIt(start))
  return kind && `is ${kind.name}: ${kind.todo}`
}

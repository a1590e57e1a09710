import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl'
import { ChiquitoError, messageOf } from '../../core/index.js'
import { readPickle } from './pickle.js'
import type { PickleValue } from './pickle-values.js'
import { torchRules } from './torch.js'

// The format of PyTorch since 1.6: a zip with one top folder of any name, in it `data.pkl` (the object), `data/KEY` (the
// raw elements of each storage) and a few small files about the format. Everything is stored, nothing compressed.

/** Most files in the zip: one a storage and a handful more; the largest networks have a few thousand tensors. */
const MAX_ENTRIES = 100_000

/** Whether the bytes begin like a zip. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 0x03 && bytes[3] === 0x04
}

/** The object of a zip file, and the bytes of each storage by key. */
export async function readZip(
  bytes: Uint8Array,
): Promise<{ object: PickleValue; storages: Map<string, Uint8Array> }> {
  const files = await readEntries(bytes)
  const byteOrder = files.get('byteorder')
  // Its beginning only: a file of a gigabyte in this place must not become text.
  if (byteOrder && Buffer.from(byteOrder.subarray(0, 16)).toString('latin1').trim() !== 'little')
    throw new ChiquitoError('model', 'its numbers are big-endian; save it again on an ordinary machine')
  const pickle = files.get('data.pkl')
  if (!pickle)
    throw new ChiquitoError(
      'model',
      'it is a zip without a data.pkl in its top folder, so not a file of torch.save',
    )
  const storages = new Map<string, Uint8Array>()
  for (const [path, content] of files)
    if (path.startsWith('data/')) storages.set(path.slice('data/'.length), content)
  return { object: readPickle(pickle, 0, torchRules).value, storages }
}

/** Every file of the zip by its path inside the top folder, as looks at the same bytes. */
async function readEntries(bytes: Uint8Array): Promise<Map<string, Uint8Array>> {
  try {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const zip = await fromBufferPromise(buffer, { lazyEntries: true })
    if (zip.entryCount > MAX_ENTRIES)
      throw new ChiquitoError('model', `its zip has ${zip.entryCount} files; at most ${MAX_ENTRIES} are read`)
    const files = new Map<string, Uint8Array>()
    for await (const entry of zip.eachEntry()) {
      const path = entry.fileName.slice(entry.fileName.indexOf('/') + 1)
      if (files.has(path)) throw new ChiquitoError('model', `its zip has ${entry.fileName} twice`)
      // TorchScript keeps the source of its networks compressed beside; nobody reads it here.
      if (!isWanted(path)) continue
      files.set(path, await contentOf(zip, entry, bytes))
    }
    return files
  } catch (error) {
    if (error instanceof ChiquitoError) throw error
    throw new ChiquitoError(
      'model',
      `its zip is damaged or cut off (${messageOf(error)}); download it again`,
      {
        cause: error,
      },
    )
  }
}

const isWanted = (path: string) => path === 'data.pkl' || path === 'byteorder' || path.startsWith('data/')

async function contentOf(zip: ZipFile, entry: Entry, bytes: Uint8Array): Promise<Uint8Array> {
  if (entry.compressionMethod !== 0 || entry.isEncrypted())
    throw new ChiquitoError(
      'model',
      `its zip has ${entry.fileName} compressed or encrypted, which torch.save never does; save it with torch.save`,
    )
  // The local header has its own lengths: PyTorch pads there so that elements are aligned.
  const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true })
  const end = fileDataStart + entry.uncompressedSize
  if (entry.compressedSize !== entry.uncompressedSize || end > bytes.length)
    throw new ChiquitoError('model', `its zip has ${entry.fileName} beyond the end of the file`)
  return bytes.subarray(fileDataStart, end)
}

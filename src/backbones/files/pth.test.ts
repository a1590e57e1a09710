import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ChiquitoError, fromHalf, sizeOf, type Tensor } from '../../core/index.js'
import { readPth } from './pth.js'

const fixtures = new URL('../fixtures/', import.meta.url)
const shared = new URL('../../../../shared/backbones/', import.meta.url)

function fixture(name: string): Uint8Array {
  return readFileSync(new URL(name, fixtures))
}

interface Expected {
  dtype: string
  shape: number[]
  values: (number | string)[]
}

/** Values as the fixture writes them: 64-bit whole numbers as text. */
function valuesOf(tensor: Tensor): (number | string)[] {
  if (tensor.dtype === 'int64' || tensor.dtype === 'uint64') return Array.from(tensor.data, String)
  if (tensor.dtype === 'float16') return Array.from(tensor.data, fromHalf)
  if (tensor.dtype === 'bfloat16')
    return Array.from(tensor.data, bits => new Float32Array(Uint32Array.of(bits << 16).buffer)[0])
  return Array.from(tensor.data)
}

describe('readPth', () => {
  const expected: Record<string, Record<string, Expected>> = JSON.parse(
    readFileSync(new URL('pth.json', fixtures), 'utf8'),
  )

  it.each(Object.keys(expected))('reads %s as torch.load does', async file => {
    const tensors = await readPth(fixture(file), file)
    const read = Object.fromEntries(
      [...tensors].map(([key, t]) => [key, { dtype: t.dtype, shape: t.shape, values: valuesOf(t) }]),
    )
    expect(read).toEqual(expected[file])
  })

  it('takes the state dict out of a training checkpoint', async () => {
    const tensors = await readPth(fixture('checkpoint.pth'), 'checkpoint.pth')
    expect([...tensors.keys()]).toEqual(['weight'])
  })

  it.skipIf(!existsSync(shared))('reads the published weights (needs ../shared)', async () => {
    const files = [
      ['efficientnet-lite0-57934424.pth', 296, 4_694_040],
      ['efficientnet-lite2-9656183e.pth', 386, 6_149_410],
    ] as const
    for (const [file, count, atLeast] of files) {
      const tensors = await readPth(readFileSync(new URL(file, shared)), file)
      expect(tensors.size).toBe(count)
      expect(tensors.get('_conv_stem.weight')?.shape).toEqual([32, 3, 3, 3])
      const total = [...tensors.values()].reduce((sum, t) => sum + sizeOf(t.shape), 0)
      expect(total).toBeGreaterThan(atLeast * 0.9)
    }
  })
})

/** A zip of files as given; `method` is put in the headers as is, `wide` writes sizes and offsets as ZIP64 does. */
function zipOf(files: [path: string, content: Uint8Array][], method = 0, wide = false): Uint8Array {
  const locals: Buffer[] = []
  const central: Buffer[] = []
  let at = 0
  for (const [path, content] of files) {
    const name = Buffer.from(path)
    const local = Buffer.alloc(30 + name.length + 16)
    local.writeUInt32LE(0x04034b50, 0)
    local.writeUInt16LE(method, 8)
    local.writeUInt32LE(content.length, 18)
    local.writeUInt32LE(content.length, 22)
    local.writeUInt16LE(name.length, 26)
    local.writeUInt16LE(16, 28) // padding in the extra field, of which the central directory knows nothing
    name.copy(local, 30)
    local.writeUInt16LE(0x4246, 30 + name.length)
    local.writeUInt16LE(12, 32 + name.length)
    const extra = Buffer.alloc(wide ? 28 : 0)
    if (wide) {
      extra.writeUInt16LE(1, 0)
      extra.writeUInt16LE(24, 2)
      extra.writeBigUInt64LE(BigInt(content.length), 4)
      extra.writeBigUInt64LE(BigInt(content.length), 12)
      extra.writeBigUInt64LE(BigInt(at), 20)
    }
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE(method, 10)
    entry.writeUInt32LE(wide ? 0xffffffff : content.length, 20)
    entry.writeUInt32LE(wide ? 0xffffffff : content.length, 24)
    entry.writeUInt16LE(name.length, 28)
    entry.writeUInt16LE(extra.length, 30)
    entry.writeUInt32LE(wide ? 0xffffffff : at, 42)
    locals.push(local, Buffer.from(content))
    central.push(entry, name, extra)
    at += local.length + content.length
  }
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(files.length, 8)
  end.writeUInt16LE(files.length, 10)
  end.writeUInt32LE(Buffer.concat(central).length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...locals, ...central, end])
}

/** A pickle of `{ weight: [3] float32 over storage 0 }`. */
const pickle = Buffer.concat([
  Buffer.from('\x80\x02}X\x06\x00\x00\x00weightctorch._utils\n_rebuild_tensor_v2\n((', 'latin1'),
  Buffer.from(
    'X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x03tQ',
    'latin1',
  ),
  Buffer.from('K\x00K\x03\x85K\x01\x85\x89}tRs.', 'latin1'),
])
const elements = new Uint8Array(Float32Array.of(1, 2, 3).buffer)

describe('readPth of zips made by hand', () => {
  it.each([
    ['ordinary', false],
    ['ZIP64', true],
  ])('reads one with %s sizes and padded local headers', async (_, wide) => {
    const zip = zipOf(
      [
        ['any name/data.pkl', pickle],
        ['any name/byteorder', Buffer.from('little')],
        ['any name/data/0', elements],
      ],
      0,
      wide,
    )
    const tensors = await readPth(zip, 'made.pth')
    expect(tensors.get('weight')).toEqual({ dtype: 'float32', shape: [3], data: Float32Array.of(1, 2, 3) })
  })

  it.each<[string, Uint8Array, RegExp]>([
    ['compressed', zipOf([['a/data.pkl', pickle]], 8), /a\/data\.pkl compressed/],
    ['not of torch.save', zipOf([['a/readme.txt', elements]]), /without a data\.pkl/],
    ['without its storage', zipOf([['a/data.pkl', pickle]]), /storage 0 of tensor weight is missing/],
    [
      'with a short storage',
      zipOf([
        ['a/data.pkl', pickle],
        ['a/data/0', elements.subarray(4)],
      ]),
      /has 8 bytes where 12 are needed/,
    ],
    [
      'with a file twice',
      zipOf([
        ['a/data.pkl', pickle],
        ['b/data.pkl', pickle],
      ]),
      /b\/data\.pkl twice/,
    ],
    [
      'big-endian',
      zipOf([
        ['a/byteorder', Buffer.from('big')],
        ['a/data.pkl', pickle],
      ]),
      /big-endian/,
    ],
    ['with a path upwards', zipOf([['../data.pkl', pickle]]), /damaged/],
  ])('refuses one %s', async (_, zip, message) => {
    await expect(readPth(zip, 'bad.pth')).rejects.toThrow(message)
  })
})

describe('readPth of files that are wrong', () => {
  const refused = async (bytes: Uint8Array, message: RegExp) => {
    const failure = await readPth(bytes, 'bad.pth').catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(ChiquitoError)
    expect(failure).toMatchObject({ code: 'model', message: expect.stringMatching(message) })
    expect(failure).toMatchObject({ message: expect.stringMatching(/^bad\.pth /) })
  }

  it('names what is not a PyTorch file', async () => {
    await refused(new TextEncoder().encode('hello'), /begins neither like a zip/)
    await refused(new Uint8Array(0), /begins neither like a zip/)
  })

  it('refuses both formats cut off at any place', async () => {
    for (const file of ['small.pth', 'small-legacy.pth']) {
      const whole = fixture(file)
      for (let length = 20; length < whole.length; length += 97)
        await expect(readPth(whole.subarray(0, length), 'bad.pth')).rejects.toBeInstanceOf(ChiquitoError)
    }
  })

  it('survives any single changed byte: a tensor map or a ChiquitoError, never anything else', async () => {
    for (const file of ['small.pth', 'small-legacy.pth']) {
      const whole = Uint8Array.from(fixture(file))
      for (let at = 0; at < whole.length; at += 3) {
        const kept = whole[at]
        whole[at] ^= 0x41
        const outcome = await readPth(whole, 'bad.pth').catch((error: unknown) => error)
        expect(outcome instanceof Map || outcome instanceof ChiquitoError, `byte ${at} of ${file}`).toBe(true)
        whole[at] = kept
      }
    }
  })

  const depths = Array.from({ length: 60 }, (_, i) => i)
  it.each<[string, number[]]>([
    ['deep', [...new Array(100_000).fill(0x5d), ...new Array(99_999).fill(0x61)]],
    [
      'each twice in another, which is 2^60 of them',
      [
        ...depths.flatMap(i => [0x5d, 0x71, i]),
        ...depths.slice(1).flatMap((_, i) => [0x61, 0x68, 59 - i, 0x61]),
      ],
    ],
  ])('does not write out lists for a message that are %s', async (_, value) => {
    const magic = fixture('small-legacy.pth').subarray(0, 15)
    await refused(
      Uint8Array.from([...magic, 0x80, 2, ...value, 0x2e]),
      /is of format \(neither text nor number\); 1001 is read/,
    )
  })

  it('refuses copies without end of elements that lie unaligned', async () => {
    // A storage of 4000 bytes, and 200 tensors over all of it.
    const names = Array.from({ length: 200 }, (_, i) => `t${100 + i}`)
    const entry = (name: string) =>
      `X\x04\0\0\0${name}ctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\nFloatStorage\n` +
      'X\x01\0\0\x000X\x03\0\0\0cpuM\xe8\x03tQK\0M\xe8\x03\x85K\x01\x85\x89}tRs'
    const pickle = Buffer.from(`\x80\x02}${names.map(entry).join('')}.`, 'latin1')
    const outcomes: string[] = []
    for (const pad of ['', 'x', 'xx', 'xxx']) {
      const zip = zipOf([
        ['a/data.pkl', pickle],
        [`a/pad${pad}`, new Uint8Array()],
        ['a/data/0', new Uint8Array(4000)],
      ])
      const outcome = await readPth(zip, 'bad.pth').catch((error: unknown) => error)
      if (outcome instanceof ChiquitoError)
        expect(outcome.message).toMatch(/its tensors need far more memory than the file has/)
      outcomes.push(outcome instanceof Map ? `${outcome.size} read` : 'refused')
    }
    // One of the four places is aligned, so that nothing is copied.
    expect(outcomes.sort()).toEqual(['200 read', 'refused', 'refused', 'refused'])
  })

  it('refuses a storage that is longer than the file', async () => {
    const bytes = Uint8Array.from(fixture('small-legacy.pth'))
    await refused(bytes.subarray(0, bytes.length - 1), /cut off inside storage/)
  })
})

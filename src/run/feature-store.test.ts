import { readdirSync, readFileSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  asNobody,
  canDropRights,
  kill,
  smallDisk,
  startEndless,
  temporaryFolder,
} from '../../test/support/files.js'
import { FeatureStore, featureKey } from './index.js'

const vector = (value: number, length = 100) => new Float32Array(length).fill(value)

/** A folder with a store that holds `count` vectors of 100 values, in one pack. */
function filled(count: number, folder = temporaryFolder(), first = 0): string {
  const store = FeatureStore.open(folder, 'test')
  for (let i = first; i < first + count; i++) store.put(featureKey(i), vector(i))
  store.close()
  return folder
}

function files(folder: string, ending: string): string[] {
  return readdirSync(join(folder, 'test'))
    .filter(name => name.endsWith(ending))
    .map(name => join(folder, 'test', name))
}

/** The numbers of the vectors that a fresh store gives, each checked. */
function readable(folder: string, count: number): number[] {
  const store = FeatureStore.open(folder, 'test')
  const found = Array.from({ length: count }, (_, i) => i).filter(i => {
    const got = store.get(featureKey(i))
    if (got !== undefined) expect(got).toEqual(vector(i))
    return got !== undefined
  })
  store.close()
  return found
}

/** The pack that holds a vector: the one whose index names its key. */
function packOf(folder: string, i: number): string | undefined {
  const key = Buffer.from(featureKey(i), 'hex')
  return files(folder, '.index')
    .find(path => readFileSync(path).includes(key))
    ?.replace('.index', '.pack')
}

describe('featureKey', () => {
  it('tells facts apart', () => {
    const keys = [
      featureKey('a', 'b'),
      featureKey('ab'),
      featureKey('a', 1),
      featureKey('a', '1'),
      featureKey('a', true),
    ]
    expect(new Set(keys).size).toBe(keys.length)
    expect(keys[0]).toMatch(/^[0-9a-f]{64}$/)
    expect(featureKey('a', 'b')).toBe(keys[0])
  })
})

describe('FeatureStore', () => {
  it('gives back, bit for bit, at once and when opened again', () => {
    const folder = temporaryFolder()
    const odd = Float32Array.of(0, -0, Number.NaN, Infinity, 1e-45, 0.1)
    const store = FeatureStore.open(folder, 'test')
    expect(store.get(featureKey('odd'))).toBeUndefined()
    store.put(featureKey('odd'), odd.subarray(1))
    store.put(featureKey('empty'), new Float32Array(0))
    expect(store.get(featureKey('odd'))).toEqual(odd.subarray(1))
    store.close()
    expect(store.get(featureKey('odd'))).toBeUndefined()
    const again = FeatureStore.open(folder, 'test')
    expect(again.size).toBe(2)
    expect(again.get(featureKey('odd'))).toEqual(odd.subarray(1))
    expect(again.get(featureKey('empty'))).toEqual(new Float32Array(0))
    again.close()
    const other = FeatureStore.open(folder, 'other')
    expect(other.get(featureKey('odd'))).toBeUndefined()
    other.close()
  })

  it('keeps the first vector of a key, and does not write it again', () => {
    const folder = filled(3)
    const before = files(folder, '').map(path => statSync(path).size)
    const store = FeatureStore.open(folder, 'test')
    store.put(featureKey(1), vector(9))
    expect(store.get(featureKey(1))).toEqual(vector(1))
    store.close()
    expect(files(folder, '').map(path => statSync(path).size)).toEqual(before)
  })

  it('fills a row of a matrix', () => {
    const store = FeatureStore.open(filled(3), 'test')
    const matrix = new Float32Array(300)
    for (const i of [0, 2])
      expect(store.get(featureKey(i), matrix.subarray(i * 100, i * 100 + 100))).toBeDefined()
    expect(matrix).toEqual(Float32Array.of(...vector(0), ...vector(0), ...vector(2)))
    expect(store.get(featureKey(1), matrix)).toBeUndefined()
    store.close()
  })

  it('is shared: two stores at once write packs of their own', () => {
    const folder = temporaryFolder()
    const stores = [FeatureStore.open(folder, 'test'), FeatureStore.open(folder, 'test')]
    for (let i = 0; i < 10; i++) stores[i % 2].put(featureKey(i), vector(i))
    for (const store of stores) store.close()
    expect(files(folder, '.pack')).toHaveLength(2)
    expect(readable(folder, 10)).toHaveLength(10)
  })

  it('survives a kill', async () => {
    const folder = temporaryFolder()
    await kill(await startEndless('fillStore', folder))
    const store = FeatureStore.open(folder, 'test')
    expect(store.size).toBeGreaterThan(10)
    for (let i = 0; i < store.size; i++) expect(store.get(featureKey(i))).toEqual(vector(i, 2000))
    store.put(featureKey('next'), vector(1))
    store.close()
  })

  it('misses what a cut pack or a cut index lost, and nothing else', () => {
    const folder = filled(10)
    truncateSync(files(folder, '.pack')[0], 400 * 8 + 7)
    expect(readable(folder, 10)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    truncateSync(files(folder, '.index')[0], 16 + 48 * 3 + 47)
    expect(readable(folder, 10)).toEqual([0, 1, 2])
    truncateSync(files(folder, '.index')[0], 5)
    expect(readable(folder, 10)).toEqual([])
  })

  it('misses damaged vectors and damaged records, and takes them again', () => {
    const folder = filled(10)
    const damage = (path: string, at: number) => {
      const bytes = readFileSync(path)
      bytes[at] ^= 0x40
      writeFileSync(path, bytes)
    }
    damage(files(folder, '.pack')[0], 400 * 4 + 13)
    for (const at of [3, 34, 42, 47])
      damage(files(folder, '.index')[0], 16 + 48 * [3, 34, 42, 47].indexOf(at) + at)
    expect(readable(folder, 10)).toEqual([5, 6, 7, 8, 9])
    const store = FeatureStore.open(folder, 'test')
    expect(store.get(featureKey(4))).toBeUndefined()
    store.put(featureKey(4), vector(4))
    expect(store.get(featureKey(4))).toEqual(vector(4))
    store.close()
    damage(files(folder, '.index')[0], 14)
    damage(files(folder, '.index')[1], 14)
    expect(readable(folder, 10)).toEqual([])
  })

  it('misses when the files vanish under it', () => {
    const folder = filled(3)
    const store = FeatureStore.open(folder, 'test')
    rmSync(join(folder, 'test'), { recursive: true })
    expect(store.get(featureKey(1))).toBeUndefined()
    store.close()
  })

  it('throws the longest unused packs away when it reaches its size', () => {
    const folder = temporaryFolder()
    for (const part of [0, 1, 2]) filled(10, folder, part * 10)
    const packs = files(folder, '.pack')
    for (const [i, path] of packs.entries()) utimesSync(path, 1000 + i, 1000 + i)
    const notices: string[] = []
    const store = FeatureStore.open(folder, 'test', { maxBytes: 14_000, notice: text => notices.push(text) })
    const inUse = Array.from({ length: 30 }, (_, i) => i).find(i => packs[0] === packOf(folder, i)) ?? -1
    expect(store.get(featureKey(inUse))).toEqual(vector(inUse))
    for (let i = 100; i < 110; i++) store.put(featureKey(i), vector(i))
    store.close()
    expect(notices).toEqual([])
    expect(packs.map(path => files(folder, '.pack').includes(path))).toEqual([true, false, true])
    expect(readable(folder, 110)).toHaveLength(30)
  })

  it('stops growing, with one notice, when all packs are in use', () => {
    const notices: string[] = []
    const store = FeatureStore.open(temporaryFolder(), 'test', {
      maxBytes: 1000,
      notice: text => notices.push(text),
    })
    for (let i = 0; i < 5; i++) store.put(featureKey(i), vector(i))
    expect(store.size).toBe(2)
    expect(store.get(featureKey(1))).toEqual(vector(1))
    expect(notices).toHaveLength(1)
    expect(notices[0]).toMatch(/has reached its size limit. Features are computed again/)
    store.close()
  })

  it('stops growing, with one notice, when the disk is full', context => {
    const disk = smallDisk(64 * 1024)
    if (disk === undefined) return context.skip('mounting a small file system is not allowed here')
    const notices: string[] = []
    const store = FeatureStore.open(disk, 'test', { notice: text => notices.push(text) })
    for (let i = 0; i < 50; i++) store.put(featureKey(i), vector(i, 1000))
    const { size } = store
    expect(size).toBeGreaterThan(5)
    expect(size).toBeLessThan(16)
    expect(notices).toHaveLength(1)
    expect(notices[0]).toMatch(/the disk is full.*Features are computed again when needed/)
    for (let i = 0; i < size; i++) expect(store.get(featureKey(i))).toEqual(vector(i, 1000))
    store.close()
    const again = FeatureStore.open(disk, 'test')
    expect(again.size).toBe(size)
    again.close()
  })

  it.skipIf(!canDropRights)(
    'reads what it may not write, and does without what it may not make',
    async () => {
      const folder = filled(3)
      const notices: string[] = []
      const notice = (text: string) => notices.push(text)
      await asNobody(async () => {
        const store = FeatureStore.open(folder, 'test', { notice })
        expect(store.get(featureKey(2))).toEqual(vector(2))
        store.put(featureKey('new'), vector(1))
        store.close()
        const none = FeatureStore.open(join(folder, 'none'), 'test', { notice })
        none.put(featureKey('new'), vector(1))
        expect(none.get(featureKey('new'))).toBeUndefined()
        none.close()
      })
      expect(notices.map(text => /permission denied/.test(text))).toEqual([true, true])
      expect(readable(folder, 3)).toHaveLength(3)
    },
  )

  it('refuses names that could leave its folder, and keys of another kind', () => {
    for (const name of ['../x', '', '.hidden', 'a/b'])
      expect(() => FeatureStore.open(temporaryFolder(), name)).toThrow(/namespace must be/)
    const store = FeatureStore.open(temporaryFolder(), 'test')
    expect(() => store.put('abc', vector(1))).toThrow(/key must be 64/)
    store.close()
  })
})

// Two doctors at one folder, each a process of its own: one is at work, the other says so, and nothing is lost.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import type { UndoResult } from '../src/actions/undo.js'
import { chiquito, documentOf, suiteFolder, type Told } from './support/chiquito.js'
import { temporaryFolder, writeTree } from './support/files.js'
import { asJournalSays, differences, treeOf } from './support/kills/trees.js'
import { scenes } from './support/spots.js'
import { standstillAt } from './support/standstill.js'

const suite = suiteFolder()
const env = { CHIQUITO_CACHE: path.join(suite, 'cache') }
let photos: Record<string, Buffer>

beforeAll(async () => {
  const cats = await scenes('cat', 40)
  const copies = Object.entries(cats).map(([file, photo]) => [file.replace('.jpg', ' copy.jpg'), photo])
  photos = { ...cats, ...Object.fromEntries(copies), ...(await scenes('dog', 10, { from: 100 })) }
})

const BUSY =
  /Another chiquito \(process \d+ on .*\) is using the journal of "[^"]*photos"\. Wait for it or stop it/

function folder(): { root: string; before: ReturnType<typeof treeOf> } {
  const root = path.join(temporaryFolder(), 'photos')
  writeTree(photos, root)
  return { root, before: treeOf(root) }
}

const fix = (root: string) => chiquito(['doctor', root, '--quick', '--fix'], { env })

const journalOf = (root: string) => {
  try {
    return readFileSync(path.join(root, 'journal.jsonl'), 'utf8')
  } catch {
    return ''
  }
}

it('says that the other is at work, and leaves it its work', async () => {
  const { root, before } = folder()
  const inTheMiddle = standstillAt(path.join(suite, 'halt'), '"event":"act"', 3)
  inTheMiddle.halt()
  const first = chiquito(['doctor', root, '--quick', '--fix'], { env: { ...env, ...inTheMiddle.env } })
  try {
    await expect.poll(() => journalOf(root).match(/"event":"act"/g)).toHaveLength(3)
    const here = treeOf(root)
    const refused = await fix(root)
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringMatching(BUSY)])
    const undone = await chiquito(['undo', root], { env })
    expect([undone.status, undone.stderr]).toEqual([1, expect.stringMatching(BUSY)])
    const looked = await chiquito(['doctor', root, '--quick'], { env })
    expect(looked.stdout).toContain('! "doctor --fix" is at work here in another process')
    expect(treeOf(root)).toEqual(here)
  } finally {
    inTheMiddle.goOn()
  }
  const done = await first
  expect(done.status, done.stderr).toBe(0)
  expect(differences(asJournalSays(root, before), treeOf(root))).toEqual([])
  await chiquito(['undo', root], { env })
  expect(treeOf(root)).toEqual(before)
})

it('loses nothing where both begin in one moment', async () => {
  const { root, before } = folder()
  const both = await Promise.all([fix(root), fix(root)])
  const isRefused = ({ status, stderr }: Told) => status === 1 && BUSY.test(stderr)
  // Whoever comes when the other has just done finds what it planned done, and says that.
  for (const told of both)
    expect(told.status === 0 || isRefused(told) || told.stdout.includes('left as they are')).toBe(true)
  expect(both.some(({ status }) => status === 0)).toBe(true)
  expect(differences(asJournalSays(root, before), treeOf(root))).toEqual([])
  expect(Object.keys(treeOf(root)).filter(file => /^cat\/.* copy\.jpg$/.test(file))).toEqual([])
  const back = await chiquito(['undo', root, '--since', '1', '--json'], { env })
  expect(documentOf<UndoResult>(back).left).toEqual([])
  expect(treeOf(root)).toEqual(before)
})

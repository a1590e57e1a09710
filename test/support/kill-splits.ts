import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'vitest'
import type { RandomStream } from '../../src/core/index.js'
import { chiquito } from './chiquito.js'
import { writeTree } from './files.js'
import { scenes } from './spots.js'

/** Photos that come between two divisions. */
const FRESH = 12

/**
 * Divides photos into a data set, adds photos to it, and kills the program at random moments of either. After each kill: no photo
 * of the folder has changed, and the data set holds whole photos only, each once, where the last division puts it.
 *
 * @returns how many runs ended before they were killed
 */
export async function killSplits(
  root: string,
  { kills, random }: { kills: number; random: RandomStream },
): Promise<number> {
  const [data, out] = [path.join(root, 'photos'), path.join(root, 'dataset')]
  const env = { CHIQUITO_CACHE: path.join(root, 'cache') }
  writeTree({ ...(await scenes('cat', 40)), ...(await scenes('dog', 40, { from: 100 })) }, data)
  const add = () => ['split', data, '--out', out, '--add', '--quick', '--quiet']
  // Once whole, to see what it comes to; each later whole run tells how long the next one takes, as photos are known by then.
  const started = performance.now()
  const first = await chiquito(add(), { env })
  expect(first.status, first.stderr).toBe(0)
  let whole = performance.now() - started
  let where = placesIn(out)
  let survived = 0
  for (let i = 0; i < kills; i++) {
    const isNew = i % 2 === 0
    if (isNew) rmSync(out, { recursive: true, force: true })
    else
      writeTree(
        await scenes(i % 4 === 1 ? 'cat' : 'dog', FRESH, {
          from: 1000 + 50 * i,
          name: n => `k${i}n${n}.jpg`,
        }),
        data,
      )
    const before = contentsOf(data)
    const delay = random.uniform(0.5, 1) * whole
    const told = await chiquito(add(), {
      env,
      started: child => void setTimeout(() => child.kill('SIGKILL'), delay),
    })
    if (told.signal === null) survived++
    expect(contentsOf(data), 'the photos are as they were').toEqual(before)
    const now = existsSync(out) ? contentsOf(out) : new Map<string, string>()
    for (const [file, sha256] of now) expect([...before.values()], file).toContain(sha256)
    expect(new Set(now.values()).size, 'each photo once').toBe(now.size)
    if (isNew) expect([0, before.size]).toContain(now.size)
    const begun = performance.now()
    const next = await chiquito(add(), { env })
    whole = performance.now() - begun
    expect(next.status, next.stderr).toBe(0)
    const after = contentsOf(out)
    expect([...after.values()].sort()).toEqual([...before.values()].sort())
    const places = placesIn(out)
    for (const [sha256, part] of where) expect(places.get(sha256)).toBe(part)
    where = places
  }
  return survived
}

/** SHA-256 of every photo, by path. */
function contentsOf(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(file =>
    /^[^.].*\/[^.][^/]*\.jpg$/.test(file),
  )
  const hash = (file: string) =>
    createHash('sha256')
      .update(readFileSync(path.join(folder, file)))
      .digest('hex')
  return new Map(files.map(file => [file, hash(file)]))
}

/** The part of each photo, by its content. */
function placesIn(out: string): Map<string, string> {
  return new Map([...contentsOf(out)].map(([file, sha256]) => [sha256, file.slice(0, file.indexOf('/'))]))
}

// What the grid of `chiquito studio` asks its server for: the list, small copies many at a time, sizes.
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Job } from '../src/studio/api/jobs.js'
import { suiteFolder } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { drawing, drawings } from './support/photos.js'
import { jobDone, type RunningStudio, startStudio } from './support/studio.js'

interface Columns {
  readonly id: readonly string[]
  readonly path: readonly string[]
  readonly version: readonly string[]
}

describe('the photos of a studio', () => {
  const dir = suiteFolder()
  let studio: RunningStudio
  beforeAll(async () => {
    writeTree({ ...(await drawings('ball', 'ball', 3)), 'ball/broken.jpg': 'no photo at all' }, dir)
    writeTree(await drawings('wave', 'wave', 2), dir)
    studio = await startStudio(dir, [], { CHIQUITO_CACHE: suiteFolder() })
  })
  afterAll(() => studio.stop())

  const list = () => studio.json<Columns>('/api/photos')
  const thumbs = (ids: readonly string[]) =>
    studio.json<{ thumbs: (string | null)[] }>(`/api/thumbs?ids=${ids}`)

  it('come as small copies in the order asked, and as nothing where there is no photo', async () => {
    const { id, path: paths } = await list()
    const broken = id[paths.indexOf('ball/broken.jpg')]
    const asked = await thumbs([id[1], '0'.repeat(16), broken, id[0]])
    const starts = asked.thumbs.map(text => text && Buffer.from(text, 'base64').readUInt16BE(0))
    expect(starts).toEqual([0xffd8, null, null, 0xffd8])
    expect((await thumbs([id[0], id[1]])).thumbs).toEqual([asked.thumbs[3], asked.thumbs[0]])
    expect(asked.thumbs[3]).not.toEqual(asked.thumbs[0])
  })

  it.each([
    ['no id', ''],
    ['what is no id', '../../x'],
    ['too many', Array(17).fill('0'.repeat(16)).join()],
  ])('are refused for %s', async (_what, ids) => {
    expect((await studio.fetch(`/api/thumbs?ids=${ids}`)).status).toBe(422)
  })

  it('have sizes where a header tells them', async () => {
    const { id, width, height } = await studio.json<Columns & { width: number[]; height: number[] }>(
      '/api/sizes',
    )
    const { path: paths } = await list()
    expect(id).toEqual((await list()).id)
    expect(width.map((pixels, i) => pixels > 0 && height[i] > 0)).toEqual(
      paths.map(one => one !== 'ball/broken.jpg'),
    )
  })

  it('are listed as they are: one that came at once, one that was written anew in its place a moment later', async () => {
    const before = await list()
    writeFileSync(path.join(dir, 'wave/new.png'), await drawing('wave', 50))
    const more = await list()
    expect(more.path).toEqual([...before.path, 'wave/new.png'].sort())
    const i = more.path.indexOf('wave/1.png')
    writeFileSync(path.join(dir, 'wave/1.png'), await drawing('wave', 60))
    await expect.poll(async () => (await list()).version[i]).not.toBe(more.version[i])
    expect((await list()).path).toEqual(more.path)
  })

  it('are told of whenever somebody asks, also while the folder of what was set aside comes and goes', async () => {
    const { id } = await list()
    await jobDone(studio, await studio.post<Job>('/api/jobs', { kind: 'doctor', options: { quick: true } }))
    let isOver = false
    const refused: string[] = []
    const asking = ['/api/findings', '/api/state', '/api/findings'].map(async address => {
      while (!isOver) {
        const answer = await studio.fetch(address)
        if (!answer.ok) refused.push(await answer.text())
      }
    })
    for (let round = 0; round < 30; round++) {
      await studio.post('/api/edits', { kind: 'reject', photos: [id[0]] })
      await studio.post('/api/undo', {})
    }
    isOver = true
    await Promise.all(asking)
    expect(refused).toEqual([])
    expect((await list()).id).toEqual(id)
  })
})

// Photos for a keyword through the command line, from servers on this machine.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { licenceMix, openDataset } from '../src/dataset/index.js'
import { chiquito, documentOf } from './support/chiquito.js'
import { answerPhoto, openversePage } from './support/collect/photo-host.js'
import { temporaryFolder } from './support/files.js'
import { serve } from './support/server.js'

describe('chiquito collect', () => {
  it('leaves folders that train opens without a word, and train tells their licences', async () => {
    const server = await serve(async (request, response) => {
      const words = new URL(request.url ?? '', 'http://x').searchParams.get('q') ?? ''
      const photos = Array.from(
        { length: 12 },
        (_, i) => `${server.address}/photo/${words.length * 100 + i}.jpg`,
      )
      if (request.url?.startsWith('/v1/images/')) response.end(openversePage(request, photos))
      else if (!(await answerPhoto(request, response))) response.writeHead(404).end()
    })
    const folder = temporaryFolder()
    const collect = (...args: string[]) =>
      chiquito(['collect', ...args, '--limit', '10', '--source', `openverse=${server.address}`])
    const told = await collect('toy train', 'bus', '--out', path.join(folder, 'several'))
    expect(told.status, told.stderr).toBe(0)
    for (const name of ['ball', 'waves']) {
      const one = await collect(name, '--out', path.join(folder, 'each', name))
      expect(one.status, one.stderr).toBe(0)
    }
    for (const [root, labels] of [
      ['several', ['bus', 'toy trains']],
      ['each', ['ball', 'waves']],
    ] as const) {
      const dataset = await openDataset(path.join(folder, root))
      expect(dataset).toMatchObject({ labels, notices: [], oddities: [] })
      expect(dataset.photos).toHaveLength(20)
      const mix = await licenceMix(
        dataset.root,
        dataset.photos.map(photo => photo.path),
      )
      expect(mix).toMatchObject({ noChanges: 4, noCommercialUse: 4 })
    }
    const out = path.join(folder, 'run')
    const trained = await chiquito([
      'train',
      path.join(folder, 'several'),
      '--out',
      out,
      '--fine-tune',
      'never',
    ])
    expect(trained.status, trained.stderr).toBe(0)
    const page = readFileSync(path.join(out, 'report.html'), 'utf8')
    expect(page).toContain('4 may not be changed, 4 may not be used commercially')
  })

  it('brings photos and what is known of them', async () => {
    const server = await serve(async (request, response) => {
      const photos = Array.from({ length: 30 }, (_, i) => `${server.address}/photo/${i}.jpg`)
      if (request.url?.startsWith('/v1/images/')) response.end(openversePage(request, photos))
      else if (!(await answerPhoto(request, response))) response.writeHead(404).end()
    })
    const out = path.join(temporaryFolder(), 'ball')
    const args = ['collect', 'red ball', '--out', out, '--limit', '25', '--json']
    const told = await chiquito([...args, '--source', `openverse=${server.address}`])
    expect(told.status, told.stderr).toBe(0)
    expect(told.stderr).not.toContain('Warning')
    expect(documentOf(told)).toMatchObject({ classes: [{ folder: '', photos: 25, wanted: 25 }] })
    expect(readdirSync(out).filter(name => name.endsWith('.jpg'))).toHaveLength(25)
    const lines = readFileSync(path.join(out, 'metadata.jsonl'), 'utf8').trimEnd().split('\n')
    expect(lines).toHaveLength(25)
    for (const line of lines) expect(Object.values(JSON.parse(line))).not.toContain(null)
    expect(JSON.parse(lines[3])).toMatchObject({
      file_name: '00004.jpg',
      label: 'ball',
      source: 'openverse',
      license: 'by-nd 4.0',
      may_change: false,
      width: 64,
    })
    expect(server.requests.filter(({ path }) => path.startsWith('/photo/'))).toHaveLength(25)
  })
})

// Photos for a keyword through the command line, from servers on this machine.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { chiquito, documentOf } from './support/chiquito.js'
import { answerPhoto, openversePage } from './support/collect/photo-host.js'
import { temporaryFolder } from './support/files.js'
import { serve } from './support/server.js'

describe('chiquito collect', () => {
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
    expect(documentOf(told)).toMatchObject({ classes: [{ folder: '', photos: 25, wanted: 25 }] })
    expect(readdirSync(out).filter(name => name.endsWith('.jpg'))).toHaveLength(25)
    const lines = readFileSync(path.join(out, 'metadata.jsonl'), 'utf8').trimEnd().split('\n')
    expect(lines).toHaveLength(25)
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

// Collecting what a model does not know yet, through the command line.
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { chiquito, documentOf, suiteFolder } from './support/chiquito.js'
import { answerPhoto, openversePage } from './support/collect/photo-host.js'
import { writeTree } from './support/files.js'
import { chiquitoHere } from './support/in-process.js'
import { drawing } from './support/photos.js'
import { serve } from './support/server.js'

const root = suiteFolder()

async function trained(): Promise<string> {
  const files: [string, Buffer][] = []
  for (const subject of ['ball', 'wave'] as const)
    for (let i = 0; i < 16; i++) files.push([`photos/${subject}/${i}.png`, await drawing(subject, i)])
  writeTree(Object.fromEntries(files), root)
  const run = path.join(root, 'run')
  const told = await chiquito(['train', path.join(root, 'photos'), '--out', run, '--fine-tune', 'never'])
  expect(told.status, told.stderr).toBe(0)
  return run
}

describe('chiquito collect --unsure', () => {
  it('keeps photos of other things, leaves those of which the model is sure, and says how many it looked at', async () => {
    const run = await trained()
    const server = await serve(async (request, response) => {
      const known = Array.from({ length: 12 }, (_, i) => `${server.address}/ball/${i}.png`)
      const foreign = Array.from({ length: 6 }, (_, i) => `${server.address}/photo/${i}.jpg`)
      const ball = /^\/ball\/(\d+)/.exec(request.url ?? '')
      if (ball) response.end(await drawing('ball', 100 + Number(ball[1])))
      else if (request.url?.startsWith('/v1/images/'))
        response.end(openversePage(request, [...known, ...foreign]))
      else if (!(await answerPhoto(request, response))) response.writeHead(404).end()
    })
    const args = ['collect', 'ball', '--source', `openverse=${server.address}`, '--unsure', run, '--json']
    const told = await chiquito([...args, '--out', path.join(root, 'more')])
    expect(told.status, told.stderr).toBe(0)
    const result = documentOf(told)
    const { doubted, refused } = result as {
      doubted: { looked: number; kept: number }
      refused: { reason: string; count: number }[]
    }
    const sure = refused.find(({ reason }) => reason === 'sure')?.count ?? 0
    expect(sure).toBeGreaterThanOrEqual(8)
    expect(doubted.kept).toBeGreaterThanOrEqual(6)
    expect(doubted.looked).toBe(18)
    // A model that must be surer than sure keeps all.
    const all = await chiquitoHere([...args.slice(0, -1), '--sure', '1', '--out', path.join(root, 'all')])
    expect(all.stdout).toContain('The model looked at 18 photos; 18 would teach it something.')
  })

  it('says what is wrong with what it is given', async () => {
    const out = path.join(root, 'none')
    const sure = await chiquitoHere(['collect', 'ball', '--out', out, '--sure', '0.5'])
    expect(sure).toMatchObject({ status: 2, stderr: expect.stringContaining('give --unsure RUN too') })
    const absent = await chiquitoHere([
      'collect',
      'ball',
      '--out',
      out,
      '--unsure',
      path.join(root, 'absent'),
    ])
    expect(absent).toMatchObject({ status: 1, stderr: expect.stringContaining('There is no model') })
  })
})

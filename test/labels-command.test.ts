// The command line reads folders as the library does, and says on the terminal what changes what is learnt.
import { mkdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { EvaluateResult } from '../src/actions/evaluate.js'
import type { TrainResult } from '../src/actions/train.js'
import { chiquito, documentOf, suiteFolder } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { drawing, drawings } from './support/photos.js'

const folder = suiteFolder()
const at = (...names: string[]) => path.join(folder, ...names)
const env = { CHIQUITO_CACHE: at('cache') }
const quick = ['--recipe', 'auto', '--fine-tune', 'never', '--size', '64', '--threads', '1', '--json']

/** Balls and waves under one folder, `ball.1.png`, `wave.1.png`, …, and some without a class. */
async function namedPhotos(): Promise<Record<string, Buffer>> {
  const files: Record<string, Buffer> = {}
  for (const subject of ['ball', 'wave'] as const)
    for (let n = 1; n <= 8; n++) files[`train/${subject}.${n}.png`] = await drawing(subject, n)
  for (let n = 1; n <= 3; n++) files[`test1/${n}.png`] = await drawing('ball', 50 + n)
  return files
}

describe('classes in file names', () => {
  it('are offered, learnt from when asked, and found again when the run is evaluated', async () => {
    const data = writeTree(await namedPhotos(), at('named'))
    const refused = await chiquito(['train', data, '--out', at('named-run'), ...quick], { env })
    expect(refused).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(
        /"train" has no class folders.*"ball" 8.*--labels-from names takes them/s,
      ),
    })
    const told = await chiquito(
      ['train', data, '--out', at('named-run'), '--labels-from', 'names', ...quick],
      { env },
    )
    expect(told.status, told.stderr).toBe(0)
    expect(told.stderr).toMatch(/Labels come from file names: "train\/ball\.1\.png" is "ball"\./)
    expect(told.stderr).toMatch(
      /Left out: photos whose file name names no class \(3\), for example "test1\/1\.png"/,
    )
    const { labels, photos, notices } = documentOf<TrainResult>(told)
    expect(labels).toEqual(['ball', 'wave'])
    expect(photos).toEqual({ train: 12, valid: 4, test: 0 })
    expect(notices.join('\n')).toMatch(/Labels come from file names/)
    const judged = await chiquito(['evaluate', at('named-run'), '--json'], { env })
    expect(judged.status, judged.stderr).toBe(0)
    expect(documentOf<EvaluateResult>(judged).predictions).toHaveLength(4)
    const other = ['evaluate', at('named-run'), data, '--labels-from', 'names', '--json']
    expect((await chiquito(other, { env })).status).toBe(0)
  })
})

describe.skipIf(process.platform === 'win32')(
  'links that lead elsewhere (Windows lets only some make them)',
  () => {
    it('are followed by every command that is told to, and named by those that are not', async () => {
      writeTree(
        { ...(await drawings('pool/ball', 'ball', 8)), ...(await drawings('pool/wave', 'wave', 8)) },
        folder,
      )
      for (const name of ['ball', 'wave'])
        for (let n = 1; n <= 8; n++) {
          mkdirSync(at('linked', name), { recursive: true })
          symlinkSync(at('pool', name, `${n}.png`), at('linked', name, `${n}.png`))
        }
      const commands: [string[], string[]][] = [
        [['train', at('linked'), '--out', at('linked-run')], quick.filter(word => word !== '--json')],
        [
          ['find-rate', at('linked'), '--plot', at('curve.svg')],
          ['--size', '64', '--iterations', '20'],
        ],
        [['evaluate', at('linked-run'), at('linked')], []],
      ]
      for (const [command, rest] of commands) {
        const refused = await chiquito([...command, ...rest], { env })
        expect(refused).toMatchObject({
          status: 1,
          stderr: expect.stringMatching(/There are 8 links in "ball" that lead out.*With --follow-links/s),
        })
        const told = await chiquito([...command, ...rest, '--follow-links'], { env })
        expect(told.status, told.stderr).toBe(0)
      }
      expect((await chiquito(['evaluate', at('linked-run')], { env })).status).toBe(0)
      const judged = await chiquito(['predict', at('linked-run'), at('linked'), '--follow-links'], { env })
      expect(judged.stdout.trim().split('\n')).toHaveLength(16)
      const unjudged = await chiquito(['predict', at('linked-run'), at('linked')], { env })
      expect(unjudged).toMatchObject({
        status: 2,
        stderr: expect.stringMatching(
          /links that lead out of the data set \(16.*With --follow-links what links lead to is read/,
        ),
      })
      const one = ['predict', at('linked-run'), at('linked/ball/1.png'), '--follow-links']
      expect((await chiquito(one, { env })).stderr.match(/--follow-links changes nothing/g)).toHaveLength(1)
    })
  },
)

describe('a table', () => {
  it('gives classes, and the report names what it leaves out', async () => {
    const photos = { ...(await drawings('images', 'ball', 7)), ...(await drawings('more', 'wave', 1)) }
    const waves = await drawings('images', 'wave', 6, { from: 20 })
    const rows = [1, 2, 3, 4, 5, 6].flatMap(n => [`images/${n}.png,ball`, `images/${n + 19}.png,wave`])
    const data = writeTree(
      { ...photos, ...waves, 'metadata.csv': `file_name,kind of thing\n${rows.join('\n')}\n` },
      at('listed'),
    )
    const told = await chiquito(['train', data, '--out', at('listed-run'), ...quick], { env })
    expect(told.status, told.stderr).toBe(0)
    expect(told.stderr).toMatch(/Labels come from "metadata\.csv": .*classes by column "kind of thing"/)
    expect(told.stderr).toMatch(/Left out: photos to which the table with the labels gives none \(2\)/)
    expect(documentOf<TrainResult>(told).photos).toEqual({ train: 10, valid: 2, test: 0 })
  })
})

it('what is known at once is said before photos are read', async () => {
  const data = writeTree(
    {
      ...(await drawings('d/ball', 'ball', 4)),
      ...(await drawings('d/wave', 'wave', 4)),
      'other/thesis.doc': 'x',
    },
    at('early'),
  )
  const attempts: [string[], RegExp][] = [
    [['--out', path.join(data, 'other')], /is not empty and is no run of chiquito/],
    [['--out', at('none'), '--backbone', 'resnet19'], /backbone must be one of/],
    [['--out', at('none'), '--labels-from', 'x'], /must be auto, folders, names or column:NAME/],
  ]
  for (const [more, message] of attempts) {
    const told = await chiquito(['train', path.join(data, 'd'), ...more], { env })
    expect(told).toMatchObject({ status: 2, stderr: expect.stringMatching(message) })
    expect(told.stderr).not.toMatch(/Reading photos/)
  }
})

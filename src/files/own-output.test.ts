import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { writeTree } from '../../test/support/files.js'
import { isOutputFolder, markOutput } from './own-output.js'

const run = JSON.stringify({ format: 'chiquito-run', version: 1 })

it.each<[string, Record<string, string>, boolean]>([
  ['a run', { 'run.json': run, 'report.html': '' }, true],
  ['a run of a later version', { 'run.json': '{\n  "format": "chiquito-run",\n  "version": 9\n}' }, true],
  ['a run whose record is cut short', { 'run.json': run.slice(0, 25) }, true],
  ['a run that had just begun', { '.lock': '{}' }, true],
  ['an app', { 'chiquito.json': '{"format":"chiquito-app"}', 'icon.png': 'x' }, true],
  ['two runs', { 'first/run.json': run, 'second/run.json': run }, true],
  ['runs in folders, with notes', { 'may/a/run.json': run, 'june/b/run.json': run, 'notes.txt': 'x' }, true],
  [
    'a run beside a hidden file and an empty folder',
    { 'a/run.json': run, '.DS_Store': '', 'b/.keep': '' },
    true,
  ],
  ['a run beside a photo', { 'a/run.json': run, '1.jpg': 'x' }, false],
  ['a run beside a folder of photos', { 'a/run.json': run, 'cat/1.jpg': 'x' }, false],
  ['photos', { '1.jpg': 'x' }, false],
  ["another program's run.json", { 'run.json': '{"format":"theirs"}', '1.jpg': 'x' }, false],
  ['nothing', { '.keep': '' }, false],
  ['notes', { 'notes.txt': 'x' }, false],
])('%s: %o %s', async (_what, files, expected) => {
  expect(await isOutputFolder(writeTree(files))).toBe(expected)
})

it('follows a link to a run, and is not caught in a circle', async () => {
  const root = writeTree({ 'runs/first/run.json': run })
  symlinkSync(join(root, 'runs/first'), join(root, 'runs/latest'))
  expect(await isOutputFolder(join(root, 'runs'))).toBe(true)
  symlinkSync(join(root, 'runs'), join(root, 'runs/again'))
  expect(await isOutputFolder(join(root, 'runs'))).toBe(false)
  expect(await isOutputFolder(join(root, 'none'))).toBe(false)
})

it('is what was marked', async () => {
  const root = writeTree({ 'a.svg': '' })
  mkdirSync(join(root, 'empty'))
  await markOutput(root, 'figures')
  expect(await isOutputFolder(root)).toBe(true)
  expect(await isOutputFolder(join(root, 'empty'))).toBe(false)
})

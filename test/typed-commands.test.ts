// What is printed to be typed next can be typed: a shell reads it as it is meant, whatever folders are called.
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { chiquito, programFile, suiteFolder } from './support/chiquito.js'
import { temporaryFolder, writeTree } from './support/files.js'
import { treeOf } from './support/kills/trees.js'
import { sceneJpeg, scenes } from './support/spots.js'

/** An option, a variable, a command and every quote, for who does not quote. */
const HARD = '-it\'s "my" $HOME `id` photos\nrm *'

const suite = suiteFolder()
const env = { CHIQUITO_CACHE: path.join(suite, 'cache') }

/** A shell in which the program is called as the commands call it. */
function shell(cwd: string) {
  const bin = path.join(suite, 'bin')
  mkdirSync(bin, { recursive: true })
  const script = path.join(bin, 'chiquito')
  writeFileSync(script, `#!/bin/sh\nexec '${process.execPath}' '${programFile}' "$@"\n`)
  chmodSync(script, 0o755)
  const type = async (line: string) => {
    const within = ['sh', '-c', line]
    const told = await chiquito([], { cwd, env: { ...env, PATH: `${bin}:${process.env.PATH}` }, within })
    return { ...told, text: `${told.stderr}${told.stdout}` }
  }
  const run = async (...args: string[]) => {
    const told = await chiquito(args, { cwd, env })
    return { ...told, text: `${told.stderr}${told.stdout}` }
  }
  return { type, run }
}

/** A command out of what was printed. */
function printed(text: string, pattern: RegExp): string {
  const command = pattern.exec(text)?.groups?.command
  expect(command, text).toBeDefined()
  return command ?? ''
}

const characters = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' }

function unescaped(html: string): string {
  return Object.entries(characters).reduce((text, [name, sign]) => text.replaceAll(`&${name};`, sign), html)
}

async function photos() {
  const cats = await scenes('cat', 12)
  const dogs = await scenes('dog', 12, { from: 100 })
  return { ...cats, ...dogs, 'cat/same.jpg': await sceneJpeg(0) }
}

it.skipIf(process.platform === 'win32')('commands of doctor put right and take back', async () => {
  const cwd = temporaryFolder()
  writeTree(await photos(), path.join(cwd, HARD))
  const { type, run } = shell(cwd)
  const before = treeOf(path.join(cwd, HARD))
  const found = await run('doctor', '--quick', '--', HARD)
  const fix = printed(found.stdout, /["`](?<command>chiquito doctor .* --fix)["`] puts/)
  const fixed = await type(`${fix} --quick`)
  expect(fixed.status, fixed.text).toBe(0)
  expect(existsSync(path.join(cwd, HARD, 'cat/same.jpg'))).toBe(false)
  const undo = printed(fixed.stdout, /["`](?<command>chiquito undo .*)["`] takes it back/)
  expect((await type(undo)).stdout).toMatch(/^took back 1/)
  expect(treeOf(path.join(cwd, HARD))).toEqual(before)
})

it.skipIf(process.platform === 'win32')(
  'commands of split and train lead to a model and a verdict',
  async () => {
    const cwd = temporaryFolder()
    writeTree(await photos(), path.join(cwd, HARD))
    const { type, run } = shell(cwd)
    const set = "the set's $1"
    const made = await run('split', '--quick', '--out', set, '--', HARD)
    const train = printed(made.stdout, /["`](?<command>chiquito train .*) --out RUN["`] learns from it/)
    const out = '--out \'./a "run"\' --fine-tune never'
    const trained = await type(`${train} ${out}`)
    expect(trained.status, trained.text).toBe(0)
    const model = path.join(cwd, 'a "run"', 'model.onnx')
    expect(existsSync(model)).toBe(true)
    const report = readFileSync(path.join(cwd, 'a "run"', 'report.html'), 'utf8')
    const repeat = printed(unescaped(report), /<code>(?<command>chiquito train [^<]*)/)
    const again = await type(`${repeat} --overwrite`)
    expect(again.status, again.text).toBe(0)

    const swapped = await run('predict', './cat$.jpg', 'a "run"')
    const predict = printed(swapped.text, /then the photos: (?<command>chiquito predict .*)$/m)
    writeFileSync(path.join(cwd, 'cat$.jpg'), await sceneJpeg(3))
    expect((await type(predict)).status).toBe(0)
    expect((await run('evaluate', model)).text).toContain(
      `Give them too: chiquito evaluate '${model}' PHOTOS\n`,
    )

    const twice = await run('split', '--quick', '--out', set, '--', HARD)
    const add = printed(twice.text, /leave all others where they are: (?<command>chiquito split .*)$/m)
    const added = await type(`${add} --quick`)
    expect(added.stdout, added.text).toContain('0 new photos added.')

    renameSync(path.join(cwd, set, 'train/cat'), path.join(cwd, set, 'elsewhere'))
    renameSync(path.join(cwd, set, 'valid/cat'), path.join(cwd, set, 'train/cat'))
    renameSync(path.join(cwd, set, 'elsewhere'), path.join(cwd, set, 'valid/cat'))
    writeTree(
      { 'same.jpg': await sceneJpeg(0), 'a0x.jpg': await sceneJpeg(0) },
      path.join(cwd, set, 'train/cat'),
    )
    writeTree({ 'same.jpg': await sceneJpeg(0) }, path.join(cwd, set, 'valid/cat'))
    const check = await run('split', set, '--check', '--quick')
    const anew = printed(check.stdout, /["`](?<command>chiquito split .*) --out DATASET["`] divides anew/)
    expect((await type(`${anew} --out anew --quick`)).status).toBe(0)
    expect((await run('split', 'anew', '--check', '--quick')).stdout).toMatch(/^No pair leaks/)
  },
)

// Runs the commands of docs/article.md and docs/articulo.md and puts what they say, and the pictures made of it, back into both:
//   npm run -s article                 on the article's photos, ../shared/datasets/chiquito
//   npm run -s article -- --check      changes nothing: says what is no longer as the pages show it, and ends with 1
//   npm run -s article -- PAGE…        other pages
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { unzipSync } from 'fflate'
import { assetPath, packagePath } from '../src/core/index.js'
import { differences } from './notebook/compare.js'
import { type Block, parsePage, shownOf, withOutputs } from './notebook/page.js'
import { Pictures } from './notebook/pictures.js'
import { Workshop } from './notebook/workshop.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { check: { type: 'boolean', default: false } },
})
const places = positionals.length > 0 ? positionals : ['docs/article.md', 'docs/articulo.md'].map(packagePath)
const pages = places.map(place => ({ place, text: readFileSync(place, 'utf8') }))
const [blocks, ...others] = pages.map(({ text }) => parsePage(text))
for (const [i, other] of others.entries())
  if (JSON.stringify(runnable(other)) !== JSON.stringify(runnable(blocks)))
    throw new Error(`${places[i + 1]} has other commands, files or pictures than ${places[0]}`)

const workshop = new Workshop()
try {
  layOut(name => workshop.file(name))
  const outputs = shown(await run(blocks))
  if (values.check) {
    const moved = check(outputs)
    for (const line of moved) console.log(line)
    console.log(moved.length === 0 ? 'as the pages show it' : `${moved.length} differences`)
    process.exitCode = moved.length === 0 ? 0 : 1
  } else {
    for (const { place, text } of pages) writeFileSync(place, withOutputs(text, outputs))
    await makePictures(path.dirname(places[0]))
  }
} finally {
  workshop.close()
}

/** What pages of two languages share. */
function runnable(all: readonly Block[]): unknown[] {
  return all.map(block => (block.kind === 'output' ? { kind: block.kind, parts: block.parts } : block))
}

/** The photos of 2018 as they lay on the author's disk, strangers, and drawings of neither. */
function layOut(at: (name: string) => string): void {
  const article = packagePath('../shared/datasets/chiquito')
  const drawings = unzipSync(readFileSync(assetPath('demo-dataset.zip')), {
    filter: ({ name }) => name.startsWith('unseen/') && !name.endsWith('/'),
  })
  mkdirSync(at('drawings'))
  for (const [name, bytes] of Object.entries(drawings))
    writeFileSync(at(`drawings/${path.basename(name).replace('firefox-', '')}`), bytes)
  if (!existsSync(article)) return
  mkdirSync(at('mine'))
  for (const part of ['train', 'valid']) {
    const photos = path.join(article, part, 'chiquito')
    for (const name of readdirSync(photos)) cpSync(path.join(photos, name), at(`mine/${name}`))
  }
  cpSync(packagePath('../shared/datasets/lfw-mini.tgz'), at('lfw.tgz'))
}

/** What was said in the place of each output. */
async function run(all: readonly Block[]): Promise<string[]> {
  const outputs: string[] = []
  let said = ''
  for (const block of all) {
    if (block.kind === 'file') workshop.write(block.name, block.text)
    if (block.kind === 'commands' && block.notRun === undefined) {
      console.error(block.text)
      said = await workshop.run(block.text)
      console.error(said)
    }
    if (block.kind === 'output') outputs.push(said)
  }
  return outputs
}

/** Of what was said, what the pages show. */
function shown(said: readonly string[]): string[] {
  const places = blocks.filter(block => block.kind === 'output')
  return places.map(({ parts }, i) => shownOf(said[i], parts))
}

function check(outputs: readonly string[]): string[] {
  const before = blocks.filter(block => block.kind === 'output')
  const moved = before.flatMap(({ text }, i) => differences(text, outputs[i]))
  const folder = path.dirname(places[0])
  const missing = blocks.filter(
    block => block.kind === 'picture' && !existsSync(path.join(folder, block.path)),
  )
  return [...moved, ...missing.map(block => `there is no picture ${'path' in block ? block.path : ''}`)]
}

async function makePictures(folder: string): Promise<void> {
  const wanted = blocks.filter(block => block.kind === 'picture')
  if (wanted.length === 0) return
  const pictures = await Pictures.open(name => workshop.file(name))
  try {
    for (const { path: name, how } of wanted) await pictures.make(path.join(folder, name), how)
  } finally {
    await pictures.close()
  }
}

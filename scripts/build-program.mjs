// Packs the command line into dist/program, so that a start reads some 50 files instead of 700 (docs/decisions/0108-one-program.md).
// What tsc built stays beside it for those who import the package.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import path from 'node:path'
import { rolldown } from 'rolldown'

/**
 * The command line, and the programs of its processes and threads: each is looked for beside whoever starts it, so that all
 * lie in one folder.
 */
export const programs = {
  main: 'cli/main.js',
  beside: 'doctor/facts/beside.js',
  'check-process': 'serve/model/check-process.js',
  'facts-worker': 'doctor/facts/facts-worker.js',
  hand: 'jobs/queue/hand.js',
  'job-process': 'studio/jobs/job-process.js',
  'job-thread': 'jobs/job-thread.js',
  kinds: 'actions/jobs/kinds.js',
  'looker-worker': 'serve/model/looker-worker.js',
  'prepare-process': 'engine/prepare-process.js',
  'probe-process': 'engine/probe-process.js',
  'reader-worker': 'images/reader-worker.js',
  'session-thread': 'engine/session-thread.js',
  'thumbs-worker': 'doctor/thumbs/thumbs-worker.js',
}

/** Packages of many files each, which come along with what they need themselves. Others are found where npm put them. */
const packed = [
  '@bufbuild/protobuf',
  '@commander-js/extra-typings',
  '@observablehq/plot',
  'commander',
  'csv-parse',
  'htmlparser2',
  'linkedom',
  'zod',
]

/** A package that carries no file with its licence, and what there is instead. */
const elsewhere = { '@bufbuild/protobuf': protobufTerms }

/** @param {string} root of the checkout, whose dist/ is built */
export async function buildProgram(root) {
  const out = path.join(root, 'dist/program')
  rmSync(out, { recursive: true, force: true })
  const bundle = await rolldown({
    cwd: root,
    input: Object.fromEntries(
      Object.entries(programs).map(([name, file]) => [name, path.join(root, 'dist', file)]),
    ),
    platform: 'node',
    external: (id, importer) => isOutside(id, importer),
    // Modules that others share with a program stay apart from it: whoever loads them must not begin what it does at its start.
    preserveEntrySignatures: 'strict',
    plugins: [wholeModules],
  })
  // Readable, as whoever meets a fault in it wants to read it.
  const { output } = await bundle.write({
    dir: out,
    format: 'esm',
    chunkFileNames: '[name]-[hash].js',
    minify: false,
  })
  await bundle.close()
  const modules = output.flatMap(file => (file.type === 'chunk' ? file.moduleIds : []))
  writeFileSync(path.join(out, 'LICENSES.txt'), licences(modules))
}

/**
 * Of our own modules nothing is left out that nobody needs: what is left of a module that a program alone needs would be put into the
 * program itself, and those who load its folder's `index.js` would begin the program.
 */
const wholeModules = {
  name: 'whole-modules',
  transform: {
    filter: { id: { exclude: /node_modules/ } },
    handler: code => ({ code, moduleSideEffects: 'no-treeshake' }),
  },
}

/** Whether what is imported stays where Node finds it. */
function isOutside(id, importer) {
  if (id.startsWith('.') || path.isAbsolute(id)) return false
  if (id.startsWith('node:') || builtinModules.includes(id)) return true
  // A package that is packed has what it needs with it.
  if (importer?.includes('node_modules')) return id === 'canvas'
  return !packed.some(name => id === name || id.startsWith(`${name}/`))
}

/** The licences of all that is packed, as they ask to be told. */
function licences(modules) {
  const folders = new Set(modules.map(folderOf).filter(Boolean))
  const texts = [...folders].sort().map(folder => {
    const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
    const file = readdirSync(folder).find(file => /^(licen[cs]e|copying)/i.test(file))
    const text = file ? readFileSync(path.join(folder, file), 'utf8') : elsewhere[name]?.(folder)
    if (!text) throw new Error(`${name} carries no licence: look it up and decide.`)
    return `${name} ${version} (${license})\n\n${text.trim()}\n`
  })
  const head = 'What the programs in this folder have of others, and on which terms.\n'
  return [head, ...texts].join(`\n${'-'.repeat(80)}\n\n`)
}

function folderOf(module) {
  return /^(.*[/\\]node_modules[/\\](?:@[^/\\]+[/\\])?[^/\\]+)/.exec(module)?.[1]
}

/** Its files say it on top: Apache's licence, and for a few functions of Google's the BSD licence. */
function protobufTerms(folder) {
  const header = file =>
    /^(\/\/.*\n)+/.exec(readFileSync(path.join(folder, 'dist/esm', file), 'utf8'))?.[0] ?? ''
  const texts = ['index.js', 'wire/varint.js'].map(header)
  if (!/Apache License/.test(texts[0]) || !/Redistributions/.test(texts[1]))
    throw new Error(
      '@bufbuild/protobuf no longer has its licences on top of its files: look them up and decide.',
    )
  const plain = texts.map(text => text.replace(/^\/\/ ?/gm, '')).join('\n')
  return `${plain}\nTHIRD-PARTY-NOTICES.md has the text of the Apache License.`
}

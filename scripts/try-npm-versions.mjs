// Installs the packed package with npm 10, 11 and 12, pnpm and yarn, each in a folder of its own, and asks it to open a
// network: `node scripts/try-npm-versions.mjs [FILE.tgz]`. Takes minutes and a registry, so it is no test; the tests
// install with the npm that runs them.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const folder = mkdtempSync(path.join(tmpdir(), 'chiquito-npm-'))
const given = process.argv[2]
const tarball = path.resolve(given ?? pack())

/** npm 12 needs Node 22. Each is fetched by the npm that is here. */
const managers = {
  'npm 10': ['npm@10', ['npm', 'install', tarball]],
  'npm 11': ['npm@11', ['npm', 'install', tarball]],
  'npm 12': ['npm@12', ['npm', 'install', tarball], 'node@24'],
  'pnpm 10': ['pnpm@10', ['pnpm', 'add', tarball]],
  'yarn 1': ['yarn@1', ['yarn', 'add', `file:${tarball}`]],
}

let failed = 0
for (const [name, [tool, command, node]] of Object.entries(managers)) {
  const here = path.join(folder, name.replace(' ', '-'))
  mkdirSync(here)
  writeFileSync(path.join(here, 'package.json'), '{ "name": "somebody", "version": "1.0.0" }\n')
  const tools = [tool, node].filter(Boolean).map(one => `--package=${one}`)
  const started = performance.now()
  const installed = run(here, 'npx', '--yes', ...tools, '--', ...command)
  const seconds = ((performance.now() - started) / 1000).toFixed(0)
  const out = path.join(here, 'demo')
  const demo = run(here, path.join(here, 'node_modules/.bin/chiquito'), 'demo', '--out', out, '--quiet')
  const size = run(here, 'du', '-sm', 'node_modules').stdout.split('\t')[0]
  const isGood = installed.status === 0 && demo.status === 0 && /model\.onnx/.test(demo.stdout)
  if (!isGood) failed++
  console.log(`${name}: ${isGood ? 'works' : 'FAILS'}, ${seconds} s, ${size} MB`)
  if (!isGood) console.log(installed.stdout + installed.stderr + demo.stderr)
}
rmSync(folder, { recursive: true, force: true })
process.exitCode = failed > 0 ? 1 : 0

function pack() {
  const { stdout, stderr, status } = run(root, 'npm', 'pack', '--json', '--pack-destination', folder)
  if (status !== 0) throw new Error(stderr)
  return path.join(folder, JSON.parse(stdout)[0].filename)
}

function run(cwd, command, ...args) {
  const env = { ...process.env, CHIQUITO_CACHE: path.join(folder, 'cache') }
  return spawnSync(command, args, { cwd, env, encoding: 'utf8' })
}

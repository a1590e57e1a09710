// Makes a checkout ready and then runs something in it: installs dependencies when the lock file changed,
// builds when a source is newer than the build. Plain JavaScript without dependencies: it runs before any is installed.
//
//   node scripts/ready.mjs [--build] [--carry] [--quiet] [--exec TOOL | --run FILE] [ARGS…]
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { carryRuntime } from './carry-runtime.mjs'
import { rollTypes } from './roll-types.mjs'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const args = process.argv.slice(2)
const options = { build: false, carry: false, quiet: false, exec: undefined, run: undefined }
while (args[0]?.startsWith('--')) {
  const flag = args.shift()
  if (flag === '--build') options.build = true
  else if (flag === '--carry') options.carry = true
  else if (flag === '--quiet') options.quiet = true
  else if (flag === '--exec' || flag === '--run') {
    options[flag.slice(2)] = args.shift()
    break
  } else throw new Error(`ready.mjs does not know ${flag}`)
}

// Who looks on hears why nothing seems to happen.
function say(line) {
  if (!options.quiet || process.stderr.isTTY) process.stderr.write(`${line}\n`)
}

function must(command, commandArgs, what) {
  const done = spawnSync(command, commandArgs, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    // It fetches libraries for a GPU, which nothing here needs; recent npm reads `allowScripts` of package.json instead.
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
    shell: process.platform === 'win32',
  })
  if (done.status !== 0) {
    process.stderr.write(`${what} failed: ${command} ${commandArgs.join(' ')}\n`)
    process.exit(1)
  }
}

/** A stamp file remembers what an earlier step was done for. */
function upToDate(stamp, key) {
  const file = path.join(root, 'node_modules', `.chiquito-${stamp}`)
  return existsSync(file) && readFileSync(file, 'utf8') === key
}

function remember(stamp, key) {
  writeFileSync(path.join(root, 'node_modules', `.chiquito-${stamp}`), key)
}

function sources(folder, kinds = /\.(ts|json|proto)$/) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const file = path.join(folder, entry.name)
    if (entry.isDirectory()) return sources(file, kinds)
    return kinds.test(entry.name) && !/\.test\.ts$/.test(entry.name) ? [file] : []
  })
}

function fingerprint(files) {
  const hash = createHash('sha256')
  for (const file of files.sort()) {
    const { size, mtimeMs } = statSync(file)
    hash.update(`${path.relative(root, file)}\0${size}\0${mtimeMs}\n`)
  }
  return hash.digest('hex')
}

const lock = createHash('sha256')
  .update(readFileSync(path.join(root, 'package-lock.json')))
  .digest('hex')
if (!existsSync(path.join(root, 'node_modules')) || !upToDate('install', lock)) {
  say('installing dependencies (npm ci)')
  must('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error'], 'Installing the dependencies')
  mkdirSync(path.join(root, 'node_modules'), { recursive: true })
  remember('install', lock)
}

function compile(config, out, folders) {
  const key = fingerprint([
    path.join(root, 'tsconfig.json'),
    path.join(root, config),
    ...folders.flatMap(f => sources(path.join(root, f))),
  ])
  if (existsSync(path.join(root, out)) && upToDate(out, key)) return
  say(`building ${out}`)
  // What runs in browsers lies in dist/, too, and is built below.
  const old = existsSync(path.join(root, out)) ? readdirSync(path.join(root, out)) : []
  for (const name of old.filter(name => !['web', 'studio-page'].includes(name)))
    rmSync(path.join(root, out, name), { recursive: true, force: true })
  must(process.execPath, [path.join(root, 'node_modules/typescript/bin/tsc'), '-p', config], 'The build')
  remember(out, key)
}

/** `chiquito/web` and the parts of exported pages: built when one of their own files changed, or of those they share. */
async function compileWeb() {
  const shared = ['app', 'core', 'images', 'onnx', 'predict', 'run'].map(name => `src/${name}`)
  const key = fingerprint([
    path.join(root, 'scripts/build-web.mjs'),
    path.join(root, 'package-lock.json'),
    ...sources(path.join(root, 'web'), /\.(ts|json|html|css|svg|png)$/),
    ...shared.flatMap(folder => sources(path.join(root, folder))),
  ])
  if (existsSync(path.join(root, 'dist/web')) && upToDate('web', key)) return
  say('building dist/web')
  const { buildWeb } = await import('./build-web.mjs')
  await buildWeb(root)
  remember('web', key)
}

/** The page of `chiquito studio`, for which `dist/palette` has to be there. */
async function compileStudio() {
  const key = fingerprint([
    path.join(root, 'scripts/build-studio.mjs'),
    path.join(root, 'package-lock.json'),
    ...sources(path.join(root, 'studio'), /\.(tsx?|json|html|css|svg)$/),
    ...['core', 'palette', 'predict', 'serve', 'studio'].flatMap(name =>
      sources(path.join(root, 'src', name)),
    ),
  ])
  if (existsSync(path.join(root, 'dist/studio-page')) && upToDate('studio-page', key)) return
  say('building dist/studio-page')
  const { buildStudio } = await import('./build-studio.mjs')
  await buildStudio(root)
  remember('studio-page', key)
}

/** The command line in few files, made of what `compile` built: that takes the folder away whenever it builds anew. */
async function packProgram() {
  const key = fingerprint([
    path.join(root, 'scripts/build-program.mjs'),
    path.join(root, 'package-lock.json'),
  ])
  // The last file that is written there.
  if (existsSync(path.join(root, 'dist/program/LICENSES.txt')) && upToDate('program', key)) return
  say('building dist/program')
  const { buildProgram } = await import('./build-program.mjs')
  await buildProgram(root)
  remember('program', key)
}

if (options.build) {
  compile('tsconfig.build.json', 'dist', ['src'])
  await packProgram()
  await compileWeb()
  await compileStudio()
}
if (options.carry) {
  carryRuntime(root)
  rollTypes(root)
}
if (options.run?.startsWith('dist-tools/'))
  compile('tsconfig.tools.json', 'dist-tools', ['src', 'bench', 'scripts', 'examples', 'test/support'])

if (options.run || options.exec) {
  const program = options.run
    ? [process.execPath, [path.join(root, options.run), ...args]]
    : [path.join(root, 'node_modules/.bin', options.exec), args]
  const caller = process.env.INIT_CWD
  const cwd = options.run && caller && existsSync(caller) ? caller : root
  // The program gets the signals of the terminal itself; this process only waits for it.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {})
  const done = spawnSync(program[0], program[1], {
    cwd,
    stdio: 'inherit',
    shell: process.platform === 'win32' && !options.run,
  })
  process.exit(done.status ?? (done.signal === 'SIGINT' ? 130 : 1))
}

// Decodes every file below a folder with chiquito and with Pillow, and says where they differ:
//   npm run -s build && npx tsc -p tsconfig.tools.json && node dist-tools/scripts/compare-with-pillow.js FOLDER…
// Needs a Python with Pillow (CHIQUITO_PYTHON or .venv). What is known to differ, and why: docs/formats.md.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { Peer } from '../bench/support/peer.js'
import { checkoutRoot } from '../bench/support/process.js'
import { findPython, noPython } from '../bench/support/python.js'
import { messageOf } from '../src/core/index.js'
import { decode, type Pixels } from '../src/images/index.js'

/** Mean and worst differences of bytes from here on are told: decoders round. */
const EXACT = { mean: 1, worst: 24 }
/** Chroma that is stored at half the size is enlarged in many ways, which shows at edges. */
const LOSSY = { mean: 2, worst: 160 }
const LOSSY_FORMATS = ['JPEG', 'MPO', 'WEBP', 'AVIF', 'JPEG2000']

const answerSchema = z.union([
  z.object({ error: z.string() }),
  z.object({ width: z.number(), height: z.number(), mode: z.string(), format: z.string() }),
])

const python = findPython()
const folders = process.argv.slice(2)
if (python === undefined || folders.length === 0) {
  console.error(python === undefined ? noPython : 'usage: compare-with-pillow FOLDER…')
  process.exitCode = 2
} else process.exitCode = await compareAll(python, folders)

async function compareAll(command: string, folders: readonly string[]): Promise<number> {
  const root = checkoutRoot()
  const script = path.join(root, 'scripts/odd-files/pillow.py')
  const started = await Peer.start('pillow.py', command, [script], { cwd: root })
  if ('skipped' in started) throw new Error(started.skipped)
  const scratch = mkdtempSync(path.join(tmpdir(), 'chiquito-odd-files-'))
  const counts = new Map<string, number>()
  try {
    for (const file of folders.flatMap(filesBelow)) {
      const found = await compare(started.peer, file, path.join(scratch, 'pixels'))
      counts.set(found.kind, (counts.get(found.kind) ?? 0) + 1)
      if (found.text !== undefined) console.log(`${found.kind}: ${file}: ${found.text}`)
    }
  } finally {
    started.peer.close()
    rmSync(scratch, { recursive: true })
  }
  for (const [kind, count] of counts) console.log(`${String(count).padStart(6)} ${kind}`)
  return counts.has('different') ? 1 : 0
}

async function compare(peer: Peer, file: string, out: string): Promise<{ kind: string; text?: string }> {
  const theirs = answerSchema.parse(await peer.ask({ path: path.resolve(file), out }))
  const ours = await read(file)
  if ('error' in theirs)
    return 'error' in ours
      ? { kind: 'neither reads it' }
      : { kind: 'only ours', text: `${ours.width} x ${ours.height}; Pillow: ${theirs.error}` }
  const about = `${theirs.format} ${theirs.mode} ${theirs.width} x ${theirs.height}`
  if ('error' in ours) return { kind: 'only Pillow', text: `${about}; ours: ${ours.error}` }
  if (ours.width !== theirs.width || ours.height !== theirs.height)
    return { kind: 'different', text: `${about}; ours ${ours.width} x ${ours.height}` }
  const { mean, worst } = difference(ours.data, readFileSync(out))
  const limit = LOSSY_FORMATS.includes(theirs.format) ? LOSSY : EXACT
  if (mean < limit.mean && worst < limit.worst) return { kind: 'alike' }
  return { kind: 'different', text: `${about}: mean ${mean.toFixed(2)}, worst ${worst}` }
}

async function read(file: string): Promise<Pixels | { readonly error: string }> {
  try {
    return await decode(readFileSync(file), { name: path.basename(file), shortSide: Number.MAX_SAFE_INTEGER })
  } catch (error) {
    return { error: messageOf(error) }
  }
}

function difference(ours: Uint8Array, theirs: Uint8Array): { mean: number; worst: number } {
  let total = 0
  let worst = 0
  for (let i = 0; i < ours.length; i++) {
    const away = Math.abs(ours[i] - theirs[i])
    total += away
    if (away > worst) worst = away
  }
  return { mean: total / ours.length, worst }
}

function filesBelow(folder: string): string[] {
  if (statSync(folder).isFile()) return [folder]
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => path.join(entry.parentPath, entry.name))
    .sort()
}

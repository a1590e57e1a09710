import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { Peer, type Started } from './peer.js'
import { checkoutRoot } from './process.js'

// The JavaScript side of a comparison: packages of npm in a folder of their own under .cache/peers, and a script of bench/peers that
// uses them. None is a dependency of the project.

/** Longest installation, in ms. */
const INSTALL_LIMIT = 10 * 60_000

/** Names and exact versions. */
export type NpmPackages = Readonly<Record<string, string>>

export interface NpmPeerOptions {
  /** Packages do nothing when they are installed: for those whose scripts only fetch what is not wanted. */
  readonly ignoreScripts?: boolean | undefined
}

/** Where packages of a peer are installed. */
export function npmPeerFolder(key: string): string {
  return path.join(checkoutRoot(), '.cache', 'peers', key)
}

/**
 * Installs packages where they are not yet, and starts a script of bench/peers among them; where either fails, says why.
 *
 * @param command - the script with its arguments, asked for once the packages are there
 */
export async function startNpmPeer(
  key: string,
  packages: NpmPackages,
  command: () => Promise<readonly string[]> | readonly string[],
  options: NpmPeerOptions = {},
): Promise<Started> {
  const folder = npmPeerFolder(key)
  const failure = installNpmPeer(folder, packages, options)
  if (failure !== undefined) return { skipped: `it cannot be installed here: ${failure}` }
  const scripts = path.join(checkoutRoot(), 'bench', 'peers')
  for (const file of readdirSync(scripts)) copyFileSync(path.join(scripts, file), path.join(folder, file))
  const [script, ...args] = await command()
  return Peer.start(`bench/peers/${script}`, process.execPath, [path.join(folder, script), ...args], {
    cwd: folder,
  })
}

/** Installs packages of a peer where they are not yet. Why it failed, if it did. */
export function installNpmPeer(
  folder: string,
  packages: NpmPackages,
  { ignoreScripts = false }: NpmPeerOptions,
): string | undefined {
  if (Object.entries(packages).every(([name, version]) => installedVersion(folder, name) === version))
    return undefined
  mkdirSync(folder, { recursive: true })
  const manifest = { private: true, type: 'module', dependencies: packages }
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest, null, 2))
  const { status, stderr, error } = spawnSync(
    'npm',
    [
      ...['install', '--no-fund', '--no-audit', '--loglevel=error'],
      ...(ignoreScripts ? ['--ignore-scripts'] : []),
    ],
    {
      cwd: folder,
      encoding: 'utf8',
      timeout: INSTALL_LIMIT,
      shell: process.platform === 'win32',
    },
  )
  if (status === 0) return undefined
  rmSync(path.join(folder, 'node_modules'), { recursive: true, force: true })
  return error?.message ?? reasonIn(stderr)
}

const manifestSchema = z.object({ version: z.string() })

function installedVersion(folder: string, name: string): string | undefined {
  const file = path.join(folder, 'node_modules', name, 'package.json')
  return existsSync(file) ? manifestSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).version : undefined
}

/** What went wrong, out of all that npm says. */
function reasonIn(stderr: string): string {
  const said = stderr.split('\n').map(line => line.replace(/^npm error /, ''))
  const line =
    said.find(line => /^Error: /.test(line)) ?? said.find(line => !/^(code |A complete log|$)/.test(line))
  return line ?? 'npm gave no reason'
}

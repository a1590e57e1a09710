// Makes one file of the declarations that each door of the package reaches, dist/index.d.ts for the library, and removes all others but those of
// `chiquito/web`, which stand alone. What was
// not reachable needs types of Node, of onnxruntime and of the chart library, which a user does not have.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'

/** The doors: how they are rolled up, under which name at first, and where the result belongs. */
const doors = [
  { config: 'api-extractor.json', rolled: 'chiquito.d.ts', place: 'index.d.ts' },
  { config: 'api-extractor.client.json', rolled: 'chiquito-client.d.ts', place: 'serve/client.d.ts' },
]

/** @param {string} root of the checkout, built */
export function rollTypes(root) {
  const dist = path.join(root, 'dist')
  if (!existsSync(path.join(dist, 'core/index.d.ts'))) return
  for (const { config } of doors) roll(root, config)
  const rolled = doors.map(door => door.rolled)
  for (const file of readdirSync(dist, { recursive: true, encoding: 'utf8' }))
    if (file.endsWith('.d.ts') && !rolled.includes(file) && !/^web[\\/]/.test(file))
      rmSync(path.join(dist, file))
  for (const { rolled, place } of doors) renameSync(path.join(dist, rolled), path.join(dist, place))
}

function roll(root, config) {
  const extractor = path.join(root, 'node_modules/@microsoft/api-extractor/bin/api-extractor')
  const args = [extractor, 'run', '--local', '--config', config]
  const done = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  if (done.status !== 0)
    throw new Error(`The declarations cannot be rolled up:\n${done.stdout}${done.stderr}`)
}

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import path from 'node:path'
import { checkoutRoot } from './process.js'
import { findPython } from './python.js'

/**
 * A weights file of ResNet-34 with random weights, made once by PyTorch: speed and gradients do not need better ones, and
 * both sides read the same.
 */
export function randomResNet34(): string {
  const folder = path.join(checkoutRoot(), '.cache', 'bench')
  const file = path.join(folder, 'resnet34-random.pth')
  if (existsSync(file)) return file
  mkdirSync(folder, { recursive: true })
  const script = path.join(checkoutRoot(), 'bench', 'python', 'random_weights.py')
  const { status, stderr } = spawnSync(findPython() ?? '', [script, `${file}.part`], { encoding: 'utf8' })
  if (status !== 0)
    throw new Error(`bench/python/random_weights.py failed: ${stderr.trim().split('\n').at(-1)}`)
  renameSync(`${file}.part`, file)
  return file
}

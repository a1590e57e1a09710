import type { Command } from '@commander-js/extra-typings'
import { choice, integer } from '../options.js'

/** Options of every command that runs a network. */
export function addDeviceOptions<A extends unknown[], O extends Record<string, unknown>>(
  command: Command<A, O>,
) {
  return command
    .option(
      '--device <name>',
      'cpu, webgpu or cuda; another one than the CPU is used where it is there',
      choice('--device', ['cpu', 'webgpu', 'cuda']),
    )
    .option('--threads <n>', 'threads of the CPU (all)', integer('--threads', { min: 1, max: 1024 }))
}

/** A share of 1 as people read it. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}

import type { Command } from '@commander-js/extra-typings'
import type { JobEvent } from '../../jobs/index.js'
import { integer } from '../options.js'
import { type Outcome, oneLine } from '../output.js'
import { addExamples, type RegisterCommand } from '../program.js'
import type { Shell } from '../shell.js'
import { several } from './shared.js'

/** Digits of a job's name that are shown; `--json` has all. */
const SHOWN_DIGITS = 12

/** `chiquito worker`: does jobs that other machines ask for. */
export const registerWorker: RegisterCommand = workerOf(undefined)

/** The command, for other kinds of jobs than ours: the module that exports them as `jobKinds`. */
export function workerOf(kinds: URL | undefined): RegisterCommand {
  return (program: Command, shell: Shell) => {
    const command = program
      .command('worker')
      .description('do work that other machines ask for, until it is stopped')
      .option(
        '--queue <address>',
        'redis://[:PASSWORD@]HOST[:PORT][/DB] of Redis or Valkey, or rediss:// for TLS; better in the environment, as CHIQUITO_QUEUE',
      )
      .option(
        '--store <place>',
        'where jobs and results lie: a folder, as this machine sees it, or s3://BUCKET/FOLDER; also given several times, and nothing else is opened',
        several,
      )
      .option('--at-once <n>', 'jobs at a time (1)', integer('--at-once', { min: 1, max: 256 }))
      .action(({ queue, store = [], atOnce }) =>
        shell.last(async work => {
          const { worker } = await import('../../actions/worker.js')
          const heard = (event: JobEvent) => void work.tell({ json: event, text: lineOf(event) })
          const options = { queue, kept: work.env.CHIQUITO_QUEUE, stores: store, atOnce, kinds, heard }
          return worker({ ...options, ...work }, begun =>
            work.tell({
              json: { event: 'ready', ...begun },
              text: `Working for ${begun.queue} in ${begun.stores.map(oneLine).join(', ')} (${begun.release}).\nCtrl-C stops it.`,
            }),
          )
        }),
      )
    addExamples(command, [
      'chiquito worker --queue redis://10.0.0.5:6379 --store /mnt/shared/work',
      'CHIQUITO_QUEUE=rediss://:PASSWORD@queue.example.org chiquito worker --store /mnt/shared/work --at-once 4',
    ])
  }
}

function lineOf(event: JobEvent): Outcome['text'] {
  const job = `${event.kind ?? 'job'} ${event.key.slice(0, SHOWN_DIGITS)}`
  if (event.event === 'start') return `start     ${job}`
  const reason = event.reason === undefined ? '' : `: ${oneLine(event.reason)}`
  return `${event.outcome.padEnd(9)} ${job}  ${event.seconds.toFixed(1)} s${reason}`
}

import type { Command } from '@commander-js/extra-typings'
import { ChiquitoError } from '../../core/index.js'
import { decimal, integer } from '../options.js'
import { addExamples } from '../program.js'
import type { Shell } from '../shell.js'
import { registerCollectArchive } from './collect-archive.js'
import { registerCollectLfw } from './collect-lfw.js'
import { several } from './shared.js'

/** `chiquito collect`: photos for keywords. */
export function registerCollect(program: Command, shell: Shell): void {
  const command = program
    .command('collect')
    .description('collect photos for keywords, with their licences')
    .argument('[keywords...]', 'what to look for; several keywords make a class folder each')
    .enablePositionalOptions()
    .option('--out <dir>', 'folder for the photos')
    .option('--limit <n>', 'photos for each keyword (800)', integer('--limit', { min: 1, max: 1_000_000 }))
    .option('--source <name>', 'whom to ask; several in this order', several)
    .option(
      '--unsure <run>',
      "only photos about which this run's model is unsure, or that are like none it has seen",
    )
    .option(
      '--sure <p>',
      'highest probability from which the model counts as sure (0.9)',
      decimal('--sure', { min: 0, max: 1 }),
    )
    .option('--add', 'go on with a folder collected earlier')
    .option('--contact <address>', 'where whoever runs a server can reach you: an e-mail address or a page')
    .option('--commercial', 'only photos that may be used commercially')
    .option('--changes', 'only photos that may be changed')
    .option('--no-naming', 'only photos whose creator need not be named')
    .option(
      '--timeout <seconds>',
      'longest silence of a server (10)',
      decimal('--timeout', { min: 0.1, max: 600 }),
    )
    .option(
      '--allow-host <host:port>',
      'a private server that may be fetched from; none is by default',
      several,
    )
    .action((keywords, { source: sources, allowHost: allowHosts, naming, out, ...options }) =>
      shell.run(async work => {
        if (out === undefined)
          throw new ChiquitoError('usage', 'Say with --out which folder the photos go into.')
        const { collect } = await import('../../actions/collect.js')
        const result = await collect({
          ...options,
          ...work,
          keywords,
          out,
          sources,
          allowHosts,
          noNaming: !naming,
        })
        return { json: result, text: JSON.stringify(result, null, 2) }
      }),
    )
  registerCollectLfw(command, shell)
  registerCollectArchive(command, shell)
  addExamples(command, [
    'chiquito collect "chiquito de la calzada" --out photos/chiquito --limit 800',
    'chiquito collect cat dog --out photos --contact me@example.org',
  ])
}

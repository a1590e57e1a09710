import type { Command } from '@commander-js/extra-typings'
import type { CollectArchiveResult } from '../../actions/collect-archive.js'
import { plural } from '../../core/index.js'
import { addExamples } from '../program.js'
import type { Shell } from '../shell.js'
import { allowHost } from './shared.js'

/** `chiquito collect archive`: photos and tables out of an archive. */
export function registerCollectArchive<A extends unknown[], O extends Record<string, unknown>>(
  collect: Command<A, O>,
  shell: Shell,
): void {
  const command = collect
    .command('archive')
    .description(
      'unpack the photos and tables of a zip, tar, tar.gz, tar.zst or Teachable Machine .tm archive',
    )
    .argument('<file or address>', 'the archive')
    .requiredOption('--out <dir>', 'folder for the photos, new or empty')
    .option('--sha256 <digits>', 'what the archive must be; told by whoever publishes it')
    .option(...allowHost)
    .action((archive, { allowHost: allowHosts, ...options }) =>
      shell.run(async work => {
        const { collectArchive } = await import('../../actions/collect-archive.js')
        const result = await collectArchive({ ...options, ...work, archive, allowHosts })
        return { json: result, text: summary(result) }
      }),
    )
  addExamples(command, [
    'chiquito collect archive flowers.zip --out photos',
    'chiquito collect archive project.tm --out photos',
    'chiquito collect archive https://example.org/photos.tar.gz --out photos',
  ])
}

function summary({ folder, photos, tables, left, leftNames }: CollectArchiveResult): string {
  const more = left > leftNames.length ? ', …' : ''
  return [
    `${plural(photos, 'photo')}${tables === 0 ? '' : ` and ${plural(tables, 'table')}`} in ${folder}`,
    ...(left === 0
      ? []
      : [`${plural(left, 'other file')} left in the archive: ${leftNames.join(', ')}${more}`]),
    '',
  ].join('\n')
}

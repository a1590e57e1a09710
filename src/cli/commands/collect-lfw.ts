import { setFlagsFromString } from 'node:v8'
import type { Command } from '@commander-js/extra-typings'
import { integer } from '../options.js'
import { addExamples } from '../program.js'
import type { Shell } from '../shell.js'
import { allowHost, several } from './shared.js'

/** `chiquito collect lfw`: strangers for a class of negatives. */
export function registerCollectLfw<A extends unknown[], O extends Record<string, unknown>>(
  collect: Command<A, O>,
  shell: Shell,
): void {
  const command = collect
    .command('lfw')
    .description('draw people from Labeled Faces in the Wild, one photo each: strangers for the other class')
    .requiredOption('--out <dir>', 'folder for the photos, new or empty')
    .option('--people <n>', 'people to draw (270)', integer('--people', { min: 1, max: 1_000_000 }))
    .option('--seed <n>', 'what the draw starts from (0)', integer('--seed', { min: 0 }))
    .option('--exclude <name>', 'somebody who is not to be among them; may be given several times', several)
    .option('--archive <file or address>', 'lfw.tgz, or one of its funneled versions, where you have it')
    .option(...allowHost)
    .action(({ allowHost: allowHosts, ...options }) =>
      shell.run(async work => {
        // An archive passes by as thousands of pieces that are waste a moment later. Node would give them more and more
        // room before it clears them away: 154 MB at most for 200 MB instead of 117. Nothing else runs in this process.
        setFlagsFromString('--semi-space-growth-factor=1')
        const { collectLfw } = await import('../../actions/collect-lfw.js')
        const result = await collectLfw({ ...options, ...work, allowHosts })
        const text = `${result.photos} photos of as many people in ${result.folder}, out of ${result.people} people\n`
        return { json: result, text }
      }),
    )
  addExamples(command, [
    'chiquito collect lfw --people 270 --out photos/not',
    'chiquito collect lfw --people 270 --out photos/not --archive lfw.tgz --exclude "Tony Blair" --seed 3',
  ])
}

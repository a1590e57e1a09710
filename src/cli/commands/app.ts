import type { Command } from '@commander-js/extra-typings'
import { choice } from '../options.js'
import { addExamples } from '../program.js'
import type { Shell } from '../shell.js'
import { addDataOptions, addDeviceOptions } from './shared.js'

/** `chiquito app`: a page that runs a model on the device of whoever opens it. */
export function registerApp(program: Command, shell: Shell): void {
  const command = addDeviceOptions(
    addDataOptions(
      program
        .command('app')
        .description(
          'write a web page that runs the model on the device of whoever opens it: camera, photos, offline',
        )
        .argument('<run>', 'folder of a run, or a model.onnx')
        .requiredOption(
          '--out <folder>',
          'folder to write; one that was written so before is brought up to date',
        )
        .option('--yes <words>', 'what the page says of the subject, for models of two labels (its label)')
        .option('--no <words>', 'what it says of all else (the other label)')
        .option('--title <words>', 'its title (the subject)')
        .option('--base <path>', 'the folder of the host that it is served from, such as /photos/ (any)')
        .option(
          '--precision <bits>',
          'of the weights: float32 or float16 (float16 where the photos of the run show that verdicts hold)',
          choice('--precision', ['float32', 'float16']),
        )
        .option('--photos <folder>', 'where the photos of the run are now')
        .option('--overwrite', 'replace files in a clone of git'),
    ),
  ).action((model, options) =>
    shell.run(async work => {
      const { makeApp } = await import('../../actions/app.js')
      const { appText } = await import('../../actions/app-words.js')
      const result = await makeApp({ ...options, ...work, model })
      return { json: result, text: appText(result) }
    }),
  )
  addExamples(command, [
    'chiquito app runs/first --out site',
    'chiquito app runs/first --out site --yes "Chiquito!" --no "Not Chiquito"',
    'chiquito app model.onnx --out site --base /chiquito/',
  ])
}

import type { Command } from '@commander-js/extra-typings'
import { choice, integer } from '../options.js'
import { addExamples } from '../program.js'
import type { Shell } from '../shell.js'
import { addDataOptions, addDeviceOptions } from './shared.js'

/** `chiquito export`: a trained model for another home. */
export function registerExport(program: Command, shell: Shell): void {
  const command = addDeviceOptions(
    addDataOptions(
      program
        .command('export')
        .description(
          'write a trained model for another home: smaller, faster, or as another library wants it',
        )
        .argument('<run>', 'folder of a run, or a model.onnx')
        .requiredOption('--out <file>', 'file to write (.onnx); with --to huggingface a folder')
        .option('--to <home>', 'onnx or huggingface (onnx)', choice('--to', ['onnx', 'huggingface']))
        .option(
          '--precision <bits>',
          'float32, float16 or int8 (float32; for huggingface as given); another one is shown the validation photos beside the model given',
          choice('--precision', ['float32', 'float16', 'int8']),
        )
        .option('--photos <folder>', 'where the photos of the run are now, or others to compare on')
        .option(
          '--allow-changed <n>',
          'verdicts that may change; with more nothing is written, exit code 1 (1 in 200)',
          integer('--allow-changed', { min: 0 }),
        )
        .option('--overwrite', 'replace what is there'),
    ),
  ).action((model, options) =>
    shell.run(async work => {
      const { exportModel } = await import('../../actions/export.js')
      const { exportText } = await import('../../actions/export-words.js')
      const result = await exportModel({ ...options, ...work, model })
      return { json: result, text: exportText(result, { ...options, model }), failed: result.out === null }
    }),
  )
  addExamples(command, [
    'chiquito export runs/first --out model.onnx',
    'chiquito export runs/first --precision float16 --out half.onnx',
    'chiquito export runs/first --precision int8 --out small.onnx',
    'chiquito export model.onnx --precision float16 --photos photos --out half.onnx',
    'chiquito export runs/first --to huggingface --out hub',
  ])
}

import type { Command } from '@commander-js/extra-typings'
import { choice } from '../options.js'
import { addExamples } from '../program.js'
import type { Shell } from '../shell.js'

/** `chiquito export`: a trained model for another home. */
export function registerExport(program: Command, shell: Shell): void {
  const command = program
    .command('export')
    .description('write a trained model for another home: smaller, faster, or as another library wants it')
    .argument('<run>', 'folder of a run, or a model.onnx')
    .requiredOption('--out <file>', 'file to write (.onnx); with --to huggingface a folder')
    .option('--to <home>', 'onnx or huggingface (onnx)', choice('--to', ['onnx', 'huggingface']))
    .option(
      '--precision <bits>',
      'float32, float16 or int8 (float32)',
      choice('--precision', ['float32', 'float16', 'int8']),
    )
    .option('--overwrite', 'replace the file that is there')
    .action((model, options) =>
      shell.run(async work => {
        const { exportModel, exportText } = await import('../../actions/export.js')
        const result = await exportModel({ ...options, ...work, model })
        return { json: result, text: exportText(result) }
      }),
    )
  addExamples(command, [
    'chiquito export runs/first --out model.onnx',
    'chiquito export runs/first --precision int8 --out small.onnx',
  ])
}

import type { Command } from '@commander-js/extra-typings'
import { addExamples } from '../program.js'
import type { Shell } from '../shell.js'

/** `chiquito verify`: a model's golden photos wherever it can be run. */
export function registerVerify(program: Command, shell: Shell): void {
  const command = program
    .command('verify')
    .description(
      'ask a model about the golden photos it carries, on every runtime here; exit code 1 where it answers otherwise than it did',
    )
    .argument('<model>', 'a model.onnx, or the folder of a run')
    .action(model =>
      shell.run(async work => {
        const { verify, verifyText } = await import('../../actions/verify.js')
        const result = await verify({ ...work, model })
        return { json: result, text: verifyText(result), isProse: true, failed: !result.holds }
      }),
    )
  addExamples(command, ['chiquito verify runs/first', 'chiquito verify model.onnx --json'])
}

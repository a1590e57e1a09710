import type { Command } from '@commander-js/extra-typings'
import { addExamples } from '../program.js'
import type { Shell } from '../shell.js'

const states = {
  ready: 'on this machine',
  missing: 'missing: install chiquito again',
  damaged: 'damaged: install chiquito again',
  'needs-file': 'give a file',
} as const

/** `chiquito backbones`: the pretrained networks there are. */
export function registerBackbones(program: Command, shell: Shell): void {
  const command = program
    .command('backbones')
    .description('list pretrained networks: where their weights come from, whether they are here')
    .action(() =>
      shell.run(async () => {
        const { listBackbones } = await import('../../actions/backbones.js')
        const backbones = await listBackbones()
        const text = backbones
          .map(({ name, parameters, inputSize, licence, source, state }) =>
            [
              `${name}`,
              `  ${(parameters / 1e6).toFixed(1)} million parameters, ${inputSize} px, ${licence}`,
              `  ${source}`,
              `  weights: ${state === 'needs-file' ? `from a file you give: --backbone ${name}=FILE` : states[state]}`,
            ].join('\n'),
          )
          .join('\n\n')
        return { json: { backbones }, text }
      }),
    )
  addExamples(command, ['chiquito backbones', 'chiquito backbones --json'])
}

import type { Command } from '@commander-js/extra-typings'
import type { BackboneListing } from '../../actions/backbones.js'
import { addExamples } from '../program.js'
import type { Shell } from '../shell.js'

/** `chiquito backbones`: the pretrained networks there are. */
export function registerBackbones(program: Command, shell: Shell): void {
  const command = program
    .command('backbones')
    .description('list pretrained networks: where their weights come from, whether they are here')
    .action(() =>
      shell.run(async () => {
        const { listBackbones } = await import('../../actions/backbones.js')
        const backbones = await listBackbones()
        return { json: { backbones }, text: backbones.map(paragraph).join('\n\n') }
      }),
    )
  addExamples(command, ['chiquito backbones', 'chiquito backbones --json'])
}

function paragraph(backbone: BackboneListing): string {
  const { name, parameters, inputSize, licence, source } = backbone
  return [
    `${name}`,
    `  ${(parameters / 1e6).toFixed(1)} million parameters, ${inputSize} px, ${licence}`,
    `  ${source}`,
    `  weights: ${whereabouts(backbone)}`,
  ].join('\n')
}

/** Where a network's weights are, or what to do to have them. */
function whereabouts({ name, weights, state, path, hub }: BackboneListing): string {
  const give = `--backbone ${name}=FILE`
  if (state === 'needs-file') return `from a file you give: ${give}`
  if (state === 'to-fetch') {
    const size = hub?.bytes === undefined ? '' : `, about ${Math.round(hub.bytes / 1e6)} MB`
    return `fetched at the first use from ${hub?.address}${size}; or ${give}`
  }
  if (weights === 'embedded')
    return state === 'ready' ? 'on this machine, embedded' : `${state}: install chiquito again`
  return state === 'ready' ? `on this machine: ${path}` : `damaged: delete ${path}`
}

import type { Command } from '@commander-js/extra-typings'
import { ChiquitoError } from '../../core/index.js'
import { integer } from '../options.js'
import { addExamples } from '../program.js'
import type { Shell } from '../shell.js'
import { addDeviceOptions, percent } from './shared.js'

/** The largest photo read from standard input. */
const maxInputBytes = 256 * 1024 * 1024

/** `chiquito predict`: a verdict a photo. */
export function registerPredict(program: Command, shell: Shell): void {
  const command = addDeviceOptions(
    program
      .command('predict')
      .description('say what photos show')
      .argument('<model>', 'a model.onnx, or the folder of a run')
      .argument('<photos...>', 'photos, folders of photos, or - for one photo on standard input')
      .option(
        '--tta <views>',
        'augmented views beside the plain photo, averaged (0)',
        integer('--tta', { min: 0, max: 32 }),
      ),
  ).action((model, photos, options) =>
    shell.run(async work => {
      const { predict } = await import('../../actions/predict.js')
      const extra = photos.includes('-') ? [{ path: '-', bytes: await standardInput() }] : []
      const paths = photos.filter(photo => photo !== '-')
      const result = await predict({ ...options, ...work, model, paths, extra })
      const width = Math.max(0, ...result.labels.map(label => label.length))
      const lines = result.predictions.map(({ path, label, probabilities }) => {
        const sure = percent(Math.max(...probabilities)).padStart(7)
        return `${label.padEnd(width)}  ${sure}  ${path}`
      })
      const bad = result.unreadable.map(({ path, reason }) => `not judged: ${path}: ${reason}`)
      const failed = result.predictions.length === 0
      return { json: result, text: [...lines, ...bad].join('\n'), failed }
    }),
  )
  addExamples(command, [
    'chiquito predict runs/first photo.jpg',
    'chiquito predict model.onnx holiday/ --json',
    'curl -s https://example.org/photo.jpg | chiquito predict runs/first -',
  ])
}

async function standardInput(): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of process.stdin) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > maxInputBytes)
      throw new ChiquitoError(
        'image',
        `Standard input holds more than ${maxInputBytes} bytes. Give one photo.`,
      )
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}

import type { Command } from '@commander-js/extra-typings'
import { ChiquitoError } from '../../core/index.js'
import type { DockerOptions, ServeOptions } from '../../serve/index.js'
import { decimal, integer, time } from '../options.js'
import { type Outcome, oneLine } from '../output.js'
import { addExamples } from '../program.js'
import type { LastingWork, Shell, ShellFlags, Work } from '../shell.js'
import { addDeviceOptions, several } from './shared.js'

const MAX_PORT = 65535
const MEGABYTE = 1024 * 1024
const MILLION = 1e6

/** Nobody waits for longer, and timers of Node end at 24 days. */
const maxHours = 24

/** The start is told in a line or two. */
const MAX_LABELS_TEXT = 200

/** `chiquito serve`: a model behind HTTP. */
export function registerServe(program: Command, shell: Shell): void {
  const command = addDeviceOptions(
    program
      .command('serve')
      .description('judge photos that programs send over HTTP; a page to try it is at its address')
      .argument('<model>', 'a model.onnx, or the folder of a run')
      .option(
        '--host <address>',
        'what to listen on; 0.0.0.0 for everybody who reaches this machine (127.0.0.1)',
      )
      .option(
        '--port <n>',
        'port to listen on; 0 for any that is free (8000)',
        integer('--port', { min: 0, max: MAX_PORT }),
      )
      .option(
        '--token <text>',
        'only who sends it may ask; better given in the environment, as CHIQUITO_TOKEN',
      )
      .option(
        '--name <name>',
        'a name that the server is reached under, such as photos.example.org (localhost, and that of --host); also given several times',
        several,
      )
      .option(
        '--allow-origin <origin>',
        'pages of this origin may ask, such as https://example.org (only its own page); also given several times',
        several,
      )
      .option('--allow-urls', 'also fetch photos from addresses that requests name; only public ones')
      .option('--max-body <MB>', 'largest request (32)', decimal('--max-body', { min: 0.001, max: 1024 }))
      .option('--max-photos <n>', 'photos in a request (64)', integer('--max-photos', { min: 1, max: 1000 }))
      .option(
        '--max-pixels <millions>',
        'pixels of a photo (50)',
        decimal('--max-pixels', { min: 0.001, max: 100 }),
      )
      .option(
        '--max-waiting <n>',
        'photos that wait, of all requests (256)',
        integer('--max-waiting', { min: 1, max: 100_000 }),
      )
      .option('--time-limit <time>', 'longest wait for an answer (30s)', time('--time-limit', { maxHours }))
      .option(
        '--upload-limit <time>',
        'longest time for a request to arrive (60s)',
        time('--upload-limit', { maxHours }),
      )
      .option('--docker <dir>', 'start nothing, but write what a container of it is built from')
      .option('--overwrite', 'with --docker: write over what was written there before'),
  ).action((model, options) => {
    const { docker, overwrite, ...others } = options
    if (docker === undefined) {
      if (overwrite) throw noEffect('--overwrite', 'without --docker: a server writes nothing')
      return shell.last(work => listen(model, others, work))
    }
    const name = Object.keys(others).find(key => !everywhere.has(key))
    if (name !== undefined)
      throw noEffect(optionOf(name), 'with --docker: give it behind the name of the image to "docker run"')
    return shell.run(work => container(work, { model, out: docker, overwrite }))
  })
  addExamples(command, [
    'chiquito serve runs/first',
    'curl -F photo=@photo.jpg http://127.0.0.1:8000/v1/predict',
    'chiquito serve runs/first --docker container/',
    'CHIQUITO_TOKEN=$(openssl rand -hex 32) chiquito serve model.onnx --host 0.0.0.0 --name photos.example.org',
  ])
}

/** Options of every command. */
const everywhere: ReadonlySet<string> = new Set<keyof ShellFlags>(['json', 'quiet'])

/** `maxBody` is typed as `--max-body`. */
function optionOf(key: string): string {
  return `--${key.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`
}

function noEffect(option: string, where: string): ChiquitoError {
  return new ChiquitoError('usage', `${option} has no effect ${where}.`)
}

/** The options of the command line, as they are typed. */
interface Typed extends Pick<ServeOptions, 'host' | 'port' | 'token' | 'allowUrls' | 'device' | 'threads'> {
  readonly name?: readonly string[] | undefined
  readonly allowOrigin?: readonly string[] | undefined
  readonly maxBody?: number | undefined
  readonly maxPhotos?: number | undefined
  readonly maxPixels?: number | undefined
  readonly maxWaiting?: number | undefined
  readonly timeLimit?: number | undefined
  readonly uploadLimit?: number | undefined
}

async function listen(model: string, options: Typed, work: LastingWork): Promise<never> {
  const { maxBody, maxPhotos, maxPixels, maxWaiting, timeLimit, uploadLimit, ...rest } = options
  const { token = work.env.CHIQUITO_TOKEN, name, allowOrigin, ...others } = rest
  const { serve } = await import('../../serve/index.js')
  const limits = {
    bodyBytes: scaled(maxBody, MEGABYTE),
    photos: maxPhotos,
    pixels: scaled(maxPixels, MILLION),
    waiting: maxWaiting,
    seconds: timeLimit,
    uploadSeconds: uploadLimit,
  }
  const settings = {
    ...others,
    ...work,
    model,
    limits,
    token: token === '' ? undefined : token,
    names: name,
    origins: allowOrigin,
    onReload: work.onHangup,
  }
  return serve(settings, async started => {
    const labels = started.labels.map(oneLine).join(', ')
    const shown = labels.length > MAX_LABELS_TEXT ? `${started.labels.length} labels` : labels
    const text = `Serving ${oneLine(started.model)} (${shown}) at ${started.address}\nCtrl-C stops it.`
    await work.begun({ json: started, text })
  })
}

async function container(
  work: Work,
  options: Pick<DockerOptions, 'model' | 'out' | 'overwrite'>,
): Promise<Outcome> {
  const { writeDocker } = await import('../../serve/index.js')
  const result = await writeDocker({ ...work, ...options })
  const next = result.commands.map(command => `  ${command}`).join('\n')
  return { json: result, text: `Written to ${oneLine(result.out)}: ${result.files.join(', ')}.\n\n${next}` }
}

function scaled(value: number | undefined, by: number): number | undefined {
  return value === undefined ? undefined : Math.round(value * by)
}

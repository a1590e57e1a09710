import type { Command } from '@commander-js/extra-typings'
import { decimal, integer, time } from '../options.js'
import { oneLine } from '../output.js'
import { addExamples } from '../program.js'
import type { Shell } from '../shell.js'
import { addDeviceOptions, several } from './shared.js'

const MAX_PORT = 65535
const MEGABYTE = 1024 * 1024
const MILLION = 1e6

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
      .option('--token <text>', 'ask it of everybody; better in the environment, as CHIQUITO_TOKEN')
      .option('--name <name>', 'a name that the server is reached under; also given several times', several)
      .option(
        '--allow-origin <origin>',
        'pages of this origin may ask, such as https://example.org; none may',
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
      .option('--time-limit <time>', 'longest wait for an answer (30s)', time('--time-limit'))
      .option('--upload-limit <time>', 'longest time for a request to arrive (60s)', time('--upload-limit')),
  ).action((model, options) =>
    shell.last(async work => {
      const { maxBody, maxPhotos, maxPixels, maxWaiting, timeLimit, uploadLimit, ...rest } = options
      const { serve } = await import('../../serve/index.js')
      const { token = work.env.CHIQUITO_TOKEN, name, allowOrigin, ...others } = rest
      return serve(
        {
          ...others,
          ...work,
          model,
          token: token === '' ? undefined : token,
          names: name,
          origins: allowOrigin,
          limits: {
            bodyBytes: scaled(maxBody, MEGABYTE),
            photos: maxPhotos,
            pixels: scaled(maxPixels, MILLION),
            waiting: maxWaiting,
            seconds: timeLimit,
            uploadSeconds: uploadLimit,
          },
          onReload: work.onHangup,
        },
        async started => {
          const labels = started.labels.map(oneLine).join(', ')
          await work.begun({
            json: started,
            text: `Serving ${oneLine(started.model)} (${labels.length > 200 ? `${started.labels.length} labels` : labels}) at ${started.address}\nCtrl-C stops it.`,
          })
        },
      )
    }),
  )
  addExamples(command, [
    'chiquito serve runs/first',
    'curl -F photo=@photo.jpg http://127.0.0.1:8000/v1/predict',
    'CHIQUITO_TOKEN=$(openssl rand -hex 32) chiquito serve model.onnx --host 0.0.0.0 --name photos.example.org',
  ])
}

function scaled(value: number | undefined, by: number): number | undefined {
  return value === undefined ? undefined : Math.round(value * by)
}

import { packagePath, shellPath } from '../core/index.js'
import { visible } from '../report/index.js'
import type { AppResult } from './app.js'

/** The result for a terminal. */
export function appText({
  out,
  title,
  download,
  gpuDownload,
  precision,
  explains,
  notes,
  seconds,
}: AppResult): string {
  const what = {
    float16: 'weights of 16 bits',
    float32: 'weights as the model has them',
    'as given': 'weights as the model has them',
  }
  return [
    `An app: ${visible(title)}\n`,
    `A first visit fetches ${megabytes(download.compressed)} compressed (${megabytes(download.raw)} as they are); with WebGPU ${megabytes(gpuDownload.compressed)} (${megabytes(gpuDownload.raw)}). Its model has ${what[precision]}${explains ? '; it can show why it says what it says' : ''}.`,
    'After that it works without a network. Photos stay on the device that they are shown to.\n',
    ...notes.map(note => `${note}\n`),
    `folder  ${out}`,
    `Look at it: npx serve ${shellPath(out)}. Put it online as it is; what a host needs (https) says`,
    `  ${packagePath('docs/app.md')}`,
    `in ${seconds.toFixed(1)} s`,
    '',
  ].join('\n')
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}

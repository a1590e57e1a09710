import type { Command } from '@commander-js/extra-typings'
import type { PreprocessingOptions } from '../../backbones/index.js'
import { argumentError } from '../../core/index.js'
import { choice, decimals, integer } from '../options.js'

/** Gathers the values of an option that may be given several times. */
export function several(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value]
}

/** Option of every command that fetches what a person names. */
export const allowHost = [
  '--allow-host <host:port>',
  'a private server that may be fetched from; none is by default',
  hosts,
] as const

/** Gathers servers, each with its port: what is allowed is one server, not a machine. */
function hosts(value: string, before: string[] | undefined): string[] {
  if (!/^(\[[0-9a-f:.]+\]|[^\s:/@]+):\d{1,5}$/i.test(value))
    throw argumentError('--allow-host', 'a server and its port, such as localhost:8000', value)
  return several(value, before)
}

/** Options of every command that runs a network. */
export function addDeviceOptions<A extends unknown[], O extends Record<string, unknown>>(
  command: Command<A, O>,
) {
  return command
    .option(
      '--device <name>',
      'cpu, webgpu or cuda; another one than the CPU is used where it is there',
      choice('--device', ['cpu', 'webgpu', 'cuda']),
    )
    .option('--threads <n>', 'threads of the CPU (all)', integer('--threads', { min: 1, max: 1024 }))
}

/** Options of every command that is given a pretrained network. */
export function addBackboneOptions<A extends unknown[], O extends Record<string, unknown>>(
  command: Command<A, O>,
) {
  return command
    .option(
      '--backbone <name or file>',
      'pretrained network: a name of "chiquito backbones", NAME=FILE, a weights file, or an .onnx file (efficientnet-lite0)',
    )
    .option(
      '--mean <r,g,b>',
      "what is subtracted from a file's photos, in the order of --channels (found in or beside the file)",
      decimals('--mean'),
    )
    .option('--std <r,g,b>', 'what they are then divided by', decimals('--std', { min: 0 }))
    .option('--channels <order>', 'rgb or bgr', choice('--channels', ['rgb', 'bgr']))
    .option(
      '--range <range>',
      'what bytes are brought to before: 0..255, 0..1 or -1..1',
      choice('--range', ['0..255', '0..1', '-1..1']),
    )
}

/** The preprocessing that a person gave, apart from the other options. */
export function splitPreprocessing<O extends PreprocessingOptions>({
  mean,
  std,
  channels,
  range,
  ...options
}: O): Omit<O, keyof PreprocessingOptions> & { preprocessing: PreprocessingOptions | undefined } {
  const given = { mean, std, channels, range }
  const isGiven = Object.values(given).some(value => value !== undefined)
  return { ...options, preprocessing: isGiven ? given : undefined }
}

/** Options of every command that reads a data set: photos with their classes. */
export function addDataOptions<A extends unknown[], O extends Record<string, unknown>>(
  command: Command<A, O>,
) {
  return command
    .option('--follow-links', 'also read what links lead to elsewhere; only for data that you trust')
    .option(
      '--labels-from <where>',
      'where classes come from: folders, names (cat.0.jpg), or column:NAME of a table; whatever is there by default',
    )
}

/** Options of every command whose work other machines can do, each to be spread into `option`. */
export const queueOption = [
  '--queue <address>',
  'have it done by the workers at redis://HOST:PORT (see "chiquito worker"); a password is better in the environment, as CHIQUITO_QUEUE',
] as const
export const storeOption = [
  '--store <place>',
  'with --queue: where jobs and results lie: a folder, as this machine sees it, or s3://BUCKET/FOLDER',
] as const

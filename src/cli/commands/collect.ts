import type { Command } from '@commander-js/extra-typings'
import type { CollectOptions, CollectResult } from '../../actions/collect.js'
import type { CollectConfigOptions, CollectConfigResult } from '../../actions/collect-config.js'
import { ChiquitoError, plural } from '../../core/index.js'
import { decimal, integer } from '../options.js'
import { oneLine } from '../output.js'
import { addExamples } from '../program.js'
import type { Shell } from '../shell.js'
import { registerCollectArchive } from './collect-archive.js'
import { registerCollectLfw } from './collect-lfw.js'
import { allowHost, several } from './shared.js'

/** Addresses that a preview shows; `--json` has all. */
const shownAddresses = 20

/** `chiquito collect`: photos for keywords. */
export function registerCollect(program: Command, shell: Shell): void {
  const command = program
    .command('collect')
    .description('collect photos for keywords, with their licences')
    .argument('[keywords...]', 'what to look for; several keywords make a class folder each')
    .enablePositionalOptions()
    .option('-c, --config-file <file>', "google-images-download's configuration: -cf config.json")
    .option('--out <dir>', 'folder for the photos')
    .option('--limit <n>', 'photos for each keyword (800)', integer('--limit', { min: 1, max: 1_000_000 }))
    .option(
      '--source <name>',
      'whom to ask, NAME or NAME=ADDRESS; several in this order (openverse, commons)',
      several,
    )
    .option(
      '--unsure <run>',
      "only photos about which this run's model is unsure, or that are like none it has seen",
    )
    .option(
      '--sure <p>',
      'highest probability from which the model counts as sure (0.9)',
      decimal('--sure', { min: 0, max: 1 }),
    )
    .option('--dry-run', 'say what would be fetched and from where; fetch nothing')
    .option('--add', 'so many photos more in a folder collected earlier')
    .option('--contact <address>', 'where whoever runs a server can reach you: an e-mail address or a page')
    .option('--commercial', 'only photos that may be used commercially')
    .option('--changes', 'only photos that may be changed')
    .option('--no-naming', 'only photos whose creator need not be named')
    .option('--safe', 'leave out what sources hold unfit for children')
    .option('--site <host>', 'only photos of this site')
    .option(
      '--timeout <seconds>',
      'longest silence of a server (10)',
      decimal('--timeout', { min: 0.1, max: 600 }),
    )
    .option(...allowHost)
    .action(
      (words, { source: sources, allowHost: allowHosts, naming, out, dryRun, configFile, ...options }) =>
        shell.run(async work => {
          // Its old spelling, -cf, is read as -c with the value f, and the file after it as a keyword.
          const [file, keywords] = configFile === 'f' ? [words[0], words.slice(1)] : [configFile, words]
          if (file !== undefined) {
            refuseWith(keywords, { ...options, 'no-naming': naming ? undefined : true })
            const { add, contact, timeout } = options
            return byConfig({
              ...work,
              configFile: file,
              add,
              contact,
              timeout,
              out,
              sources,
              allowHosts,
              dryRun,
            })
          }
          if (configFile !== undefined)
            throw new ChiquitoError('usage', 'Name the file after -cf: -cf config.json.')
          if (out === undefined)
            throw new ChiquitoError('usage', 'Say with --out which folder the photos go into.')
          const asked = { ...options, ...work, keywords, out, sources, allowHosts, noNaming: !naming }
          return byKeywords(asked, dryRun === true)
        }),
    )
  registerCollectLfw(command, shell)
  registerCollectArchive(command, shell)
  addExamples(command, [
    'chiquito collect "chiquito de la calzada" --out photos/chiquito --limit 800',
    'chiquito collect cat dog --out photos --commercial --changes --contact ana@example.org',
    'chiquito collect --source urls=list.csv --out photos',
    'chiquito collect -cf config.json',
  ])
}

async function byConfig(options: CollectConfigOptions) {
  const { collectConfig } = await import('../../actions/collect-config.js')
  const result = await collectConfig(options)
  return { json: result, text: configSummaryOf(result), failed: !result.isDone }
}

async function byKeywords(options: CollectOptions, isPreview: boolean) {
  const { collect, previewCollect } = await import('../../actions/collect.js')
  if (isPreview) return previewOf(await previewCollect(options))
  const result = await collect(options)
  // A script that goes on to train needs photos.
  const hasNone = result.photos === 0 && options.unsure === undefined
  return { json: result, text: summaryOf(result), failed: hasNone || !result.isDone }
}

/** What the configuration file says is not said here as well. */
function refuseWith(keywords: readonly string[], options: Readonly<Record<string, unknown>>): void {
  const double = ['limit', 'unsure', 'sure', 'commercial', 'changes', 'no-naming', 'safe', 'site'].find(
    name => options[name] !== undefined,
  )
  if (keywords.length === 0 && double === undefined) return
  throw new ChiquitoError(
    'usage',
    `With -cf, the file says what is looked for: leave out ${double === undefined ? `"${keywords[0]}"` : `--${double}`}.`,
  )
}

function configSummaryOf({ folders }: CollectConfigResult): string {
  return folders
    .flatMap(({ folder, photos, wanted, preview, printed, failures }) => [
      ...printed.map(oneLine),
      preview.length > 0
        ? `Would fetch ${preview.length} photos into ${folder}`
        : `${photos} of ${wanted}  ${folder}`,
      ...failures.map(({ source, message }) => `! ${source} failed: ${oneLine(message)}`),
    ])
    .join('\n')
}

/** What a person reads at the end: photos by class and source, why others were refused, licences. */
function summaryOf(result: CollectResult): string {
  const { classes, sources, refused, licences, failures, doubted } = result
  const lines = classes.map(({ folder, photos, wanted }) => {
    const fewer = photos < wanted ? ` of ${wanted}: the sources have no more` : ''
    return [folder === '' ? 'photos' : oneLine(folder), `${photos}${result.isDone ? fewer : ` of ${wanted}`}`]
  })
  const from = sources.map(({ source, kept, found }) => [`from ${source}`, `${kept} of ${found} found`])
  const reasons = refused.map(({ what, count }) => [`  ${count}`, what])
  const mix = licences.map(({ license, photos }) => [`  ${photos}`, license ?? 'licence unknown'])
  const inFolder = licences.reduce((sum, one) => sum + one.photos, 0)
  if (lines.length === 0) lines.push(['photos', '0'])
  return [
    ...aligned([...lines, ...from]),
    ...(doubted
      ? [`The model looked at ${doubted.looked} photos; ${doubted.kept} would teach it something.`]
      : []),
    ...(reasons.length === 0 ? [] : ['not collected:', ...aligned(reasons)]),
    ...(mix.length === 0 ? [] : [`licences of ${plural(inFolder, 'photo')}:`, ...aligned(mix)]),
    // Why was said when they did.
    ...(failures.length === 0
      ? []
      : [
          `failed: ${failures.map(({ source }) => source).join(', ')}. The same command goes on where this one stopped.`,
        ]),
    ...(result.photos === 0 ? [] : [`who made them  ${result.attribution}`]),
  ].join('\n')
}

function previewOf(photos: Awaited<ReturnType<typeof import('../../actions/collect.js').previewCollect>>) {
  const counts = new Map<string, number>()
  for (const { folder, source, found } of photos) {
    const where = [folder, `${source}, ${hostOf(found.address)}`].filter(Boolean).join(': ')
    counts.set(where, (counts.get(where) ?? 0) + 1)
  }
  const lines = [
    `Would fetch ${photos.length} photos:`,
    ...aligned([...counts].map(([where, count]) => [`  ${count}`, oneLine(where)])),
    ...photos.slice(0, shownAddresses).map(({ found }) => oneLine(found.address)),
    ...(photos.length > shownAddresses
      ? [`… and ${photos.length - shownAddresses} more (--json has all)`]
      : []),
  ]
  return { json: { photos }, text: lines.join('\n') }
}

function hostOf(address: string): string {
  return URL.canParse(address) ? new URL(address).host || 'this machine' : address
}

function aligned(lines: readonly string[][]): string[] {
  const width = Math.max(0, ...lines.map(([first]) => first.length))
  return lines.map(([first, second]) => `${first.padEnd(width)}  ${second}`)
}

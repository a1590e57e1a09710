import type { Command } from '@commander-js/extra-typings'
import type { StudioOptions } from '../../studio/index.js'
import { integer } from '../options.js'
import { oneLine } from '../output.js'
import { addExamples } from '../program.js'
import type { LastingWork, Shell } from '../shell.js'

const MAX_PORT = 65535

/** `chiquito studio`: the whole work on a page. */
export function registerStudio(program: Command, shell: Shell): void {
  const command = program
    .command('studio')
    .description('gather, clean, train, look and ship on a page in the browser')
    .argument('[dir]', 'folder with photos, or one for them', '.')
    .option(
      '--host <address>',
      'what to listen on; 0.0.0.0 for everybody who reaches this machine (127.0.0.1)',
    )
    .option(
      '--port <n>',
      'port to listen on; 0 for any that is free (4747, or the next that is free)',
      integer('--port', { min: 0, max: MAX_PORT }),
    )
    .option(
      '--token <text>',
      'what the page asks for, instead of a random one; better in the environment, as CHIQUITO_TOKEN',
    )
    .option('--no-open', 'print the address, but open no browser')
    .action((dir, { open, ...options }) => shell.last(work => listen({ ...options, dir }, open, work)))
  addExamples(command, ['chiquito studio my-photos', 'chiquito studio --port 8080 --no-open'])
}

async function listen(
  { token, ...options }: Pick<StudioOptions, 'dir' | 'host' | 'port' | 'token'>,
  opens: boolean,
  work: LastingWork,
): Promise<never> {
  const { openInBrowser, runStudio } = await import('../../studio/index.js')
  const given = token ?? work.env.CHIQUITO_TOKEN
  const settings = { ...options, ...work, token: given === '' ? undefined : given }
  return runStudio(settings, async started => {
    const text = `The studio of ${oneLine(started.dir)} is at\n  ${started.address}\nCtrl-C stops it; nothing is lost.`
    await work.begun({ json: started, text })
    if (opens) openInBrowser(started.address)
  })
}

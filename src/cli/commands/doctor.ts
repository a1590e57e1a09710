import type { Command } from '@commander-js/extra-typings'
import { names } from '../options.js'
import { addExamples } from '../program.js'
import type { Shell } from '../shell.js'
import { addPutRightOptions, putRightRequest } from './put-right.js'
import {
  addBackboneOptions,
  addDataOptions,
  addDeviceOptions,
  queueOption,
  splitPreprocessing,
  storeOption,
} from './shared.js'

/** `chiquito doctor`: what is wrong with photos, and what to do about it. */
export function registerDoctor(program: Command, shell: Shell): void {
  const command = addPutRightOptions(
    addDeviceOptions(
      addBackboneOptions(
        addDataOptions(
          program
            .command('doctor')
            .description('look for what is wrong with photos: faults, copies, leaks, what gives classes away')
            .argument('<data>', 'folder of photos, or of class folders, divided or not')
            .option('--quick', 'only what files and small pictures tell, without the network: seconds')
            .option(
              '--checks <names>',
              'only these checks, separated by commas, as dark,near-copies',
              names('--checks'),
            )
            .option('--report <file>', 'also write what was found as one page (HTML) with the photos')
            .option(...queueOption)
            .option(...storeOption)
            .option('--no-cache', 'neither use nor keep what was measured on disk'),
        ),
      ),
    ),
  ).action((data, options) =>
    shell.run(async work => {
      const { doctorFor } = await import('../../actions/doctor.js')
      const { doctorText } = await import('./doctor-text.js')
      const { fix, evenOut, dryRun, keep, apart, forget, ...others } = options
      const request = putRightRequest({ fix, evenOut, dryRun, keep, apart, forget })
      const result = await doctorFor('command line', {
        ...splitPreprocessing(others),
        ...request,
        ...work,
        data,
      })
      // What was asked to be put right and could not be.
      const left = [result.done?.fix, result.done?.evenOut].some(one => one != null && one.left.length > 0)
      return { json: result, text: doctorText(result, data), failed: left && !request.dryRun }
    }),
  )
  addExamples(command, [
    'chiquito doctor photos',
    'chiquito doctor photos --quick --json',
    'chiquito doctor photos --checks exact-copies,near-copies',
    'chiquito doctor photos --report doctor.html',
    'chiquito doctor photos --fix --even-out',
  ])
}

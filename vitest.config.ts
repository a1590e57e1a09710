import { fileURLToPath } from 'node:url'
import { configDefaults, defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files that take minutes, the longest first: begun last, one of them would run alone while the other worker idles. */
const long = [
  'networks',
  'resume',
  'interrupt',
  'package',
  'app',
  'queue',
  'queue-commands',
  'train',
  'situations',
  'background',
  'demo',
  'evaluate-folds',
  'copies-in-article',
  'kills',
  'app-in-use',
  'wrong-input',
  'studio-look',
  'serve-lasting',
  'studio-ship',
  'small-data',
  'checkpoints',
  'predict',
  'browser',
]

/** Tests of single modules: they share what has been loaded, which spares a minute. */
export const units = ['src/**/*.test.ts', 'bench/**/*.test.ts', 'scripts/**/*.test.ts']

/** Those among them that put other modules in the place of ours, or change the environment: they load their own. */
export const apart = [
  'bench/support/python',
  'src/backbones/hub/fetch',
  'src/backbones/hub/python',
  'src/backbones/import/answers/check-answers',
  'src/backbones/load',
  'src/collect/article',
  'src/collect/sources/browser/browser',
  'src/doctor/kept',
  'src/files/journal/journal',
  'src/images/kernels/kernels',
  'src/jobs/store/s3/s3-store',
  'src/lowering/lower-graph',
  'src/net/download',
  'src/net/download-refused',
  'src/net/stream',
].map(name => `${name}.test.ts`)

/** In a fresh checkout nothing is known of how long files take, and size says little. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const rank = ({ moduleId }: TestSpecification) => {
      const place = long.findIndex(name => moduleId.endsWith(`/${name}.test.ts`))
      return place < 0 ? long.length : place
    }
    return sorted.sort((a, b) => rank(a) - rank(b))
  }
}

// Tests that run networks in their own process keep the runtime's reports off as the program does; what is set in vitest's
// workers themselves never reaches native code.
process.env.ORT_DISABLE_TELEMETRY = '1'

export default defineConfig({
  // Examples import the package by its name, as its users do.
  resolve: { alias: { chiquito: fileURLToPath(new URL('src/index.ts', import.meta.url)) } },
  test: {
    projects: [
      { extends: true, test: { name: 'whole', include: ['test/**/*.test.ts', ...apart] } },
      {
        extends: true,
        test: {
          name: 'units',
          include: units,
          exclude: [...configDefaults.exclude, ...apart],
          isolate: false,
        },
      },
    ],
    // Correctness only: nothing here may fail because a machine is slow or busy.
    // Printed commands are named as npm ran the program (src/core/command-name.ts); tests are no part of that.
    env: { npm_command: '' },
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 300_000 } },
    // Each test file that trains opens onnxruntime sessions, and each session brings its own thread pool: on two cores three files at a time took longer.
    maxWorkers: 2,
    // Of the tests in one file that wait together, those of the queue: each has several processes, and locks that run out in seconds.
    maxConcurrency: 3,
    sequence: { sequencer: LongestFirst },
  },
})

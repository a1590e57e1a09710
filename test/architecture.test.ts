import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  exportedNames,
  loadedAtOnce,
  parseRules,
  readImports,
  type Sources,
  studioViolations,
  violations,
  webViolations,
} from './support/architecture.js'

/** What the library offers, whole. A name added here is a promise; taking one away breaks somebody. */
const publicNames: readonly string[] = [
  'AbstentionFacts',
  'AbstentionFigures',
  'AccuracyFigure',
  'AdamWOptions',
  'AppOptions',
  'AppResult',
  'Attribute',
  'Augmentation',
  'AugmentationDraw',
  'Backbone',
  'BackboneDescription',
  'BackboneLayer',
  'BackboneListing',
  'Background',
  'BackgroundFigures',
  'BackgroundResult',
  'Beside',
  'BesideBest',
  'BesidePhotos',
  'CalibrationFigures',
  'Callback',
  'Candidate',
  'CheckSplitResult',
  'Checkpoint',
  'CheckpointStore',
  'ChiquitoError',
  'Choice',
  'ClassEvaluation',
  'ClassMetrics',
  'Classifier',
  'CompareOptions',
  'CompareResult',
  'ComparedColumns',
  'ComparedModel',
  'Comparison',
  'CycleOptions',
  'DType',
  'Dataset',
  'Device',
  'DeviceOptions',
  'Dim',
  'DividedLeak',
  'DoctorOptions',
  'DoctorResult',
  'EceFigure',
  'EditKind',
  'EditPhotosOptions',
  'EditPhotosResult',
  'EditedPhoto',
  'ElementArrays',
  'EngineChoice',
  'EpochRecord',
  'ErrorCode',
  'EvaluateFoldsOptions',
  'EvaluateFoldsResult',
  'EvaluateOptions',
  'EvaluateResult',
  'Evaluation',
  'EvaluationDetails',
  'EvenOutReport',
  'EvenPlan',
  'Explanation',
  'ExportOptions',
  'ExportPhotosOptions',
  'ExportResult',
  'ExportTarget',
  'FeatureSpec',
  'FeatureStore',
  'FeatureStoreOptions',
  'FindRateOptions',
  'FindRateResult',
  'FineTune',
  'FitOptions',
  'FitState',
  'FixReport',
  'FoldCounts',
  'FoldResult',
  'FoldedFigure',
  'FollowedTables',
  'Graph',
  'GraphBuilder',
  'Head',
  'HeadTensor',
  'HeadWeights',
  'ImageData',
  'ImageDataOptions',
  'Interpretation',
  'Interval',
  'JudgedPhoto',
  'KnownBackground',
  'KnownPhotos',
  'KnownRanks',
  'LabelsFrom',
  'LargestDifference',
  'LayerGroup',
  'LayersBefore',
  'LeakedPhoto',
  'LeakingGroup',
  'Learner',
  'LearnerData',
  'LearnerDataOptions',
  'LearnerOptions',
  'LeftAlone',
  'LeftPhoto',
  'LicenceCount',
  'LicenceMix',
  'LikenessFinder',
  'LikenessOrder',
  'ListedOperation',
  'LoadOptions',
  'MacroMetrics',
  'MarkRequest',
  'MarksSet',
  'MeasuredBackground',
  'MeasuredPart',
  'MixOptions',
  'ModelMetadata',
  'NetworkOptions',
  'Node',
  'NoiseFloor',
  'NotCompared',
  'Oddity',
  'OddityKind',
  'OneCycleOptions',
  'OpType',
  'Optimizer',
  'Origin',
  'PassingChecks',
  'Photo',
  'PhotoInFolder',
  'PhotoMemory',
  'PhotoSize',
  'PhotoSource',
  'PhotosInFolder',
  'PhotosInFolderOptions',
  'Pool',
  'Precision',
  'PrecisionFigures',
  'PredictOptions',
  'PredictOutOptions',
  'PredictOutResult',
  'PredictResult',
  'Prediction',
  'Predictor',
  'PredictorOptions',
  'Preprocessing',
  'PreprocessingOptions',
  'ProbabilityFigures',
  'Progress',
  'ProgressEvent',
  'PutRightRequest',
  'PutRightResult',
  'RatePoint',
  'RateSearch',
  'RateSearchOptions',
  'RateSpread',
  'Rates',
  'RecordedPhotos',
  'RedoOptions',
  'RedoResult',
  'Refused',
  'RejectedPhoto',
  'ReliabilityBin',
  'Reproduction',
  'Rows',
  'Said',
  'Sample',
  'Schedule',
  'Seen',
  'Separable',
  'SgdOptions',
  'Shortcut',
  'SourceCount',
  'Split',
  'SplitClass',
  'SplitFoldsResult',
  'SplitGroup',
  'SplitLeak',
  'SplitOptions',
  'SplitRecord',
  'SplitResult',
  'Stage',
  'StaleTable',
  'Standing',
  'StepSettings',
  'SweepGrid',
  'SweepOptions',
  'SweepResult',
  'SweptWay',
  'Tensor',
  'TestFigures',
  'Tie',
  'TieKind',
  'Tied',
  'ToldCheck',
  'ToldFinding',
  'TrainFoldsOptions',
  'TrainFoldsResult',
  'TrainOptions',
  'TrainResult',
  'TrainedNorms',
  'TrunkOptions',
  'UndoOptions',
  'UndoResult',
  'Unknowing',
  'Unreadable',
  'Update',
  'Updated',
  'Validation',
  'Value',
  'ValueType',
  'VerifyOptions',
  'VerifyResult',
  'ViewRule',
  'WorkOptions',
  'WrittenExplanation',
  'adamw',
  'checkSplit',
  'compare',
  'doctor',
  'editPhotos',
  'evaluate',
  'evaluateFolds',
  'exportModel',
  'findRate',
  'listBackbones',
  'listOperations',
  'loadBackbone',
  'makeApp',
  'photosByLikeness',
  'photosInFolder',
  'predict',
  'predictOut',
  'redo',
  'sgd',
  'split',
  'splitFolds',
  'sweep',
  'train',
  'trainFolds',
  'undo',
  'verify',
]

const root = path.dirname(import.meta.dirname)
const read = (file: string) => readFileSync(path.join(root, file), 'utf8')
const rules = parseRules(read('ARCHITECTURE.md'))

describe('the sources', () => {
  const files = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .map(file => `src/${file.replaceAll(path.sep, '/')}`)
    .filter(file => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  const sources: Sources = new Map(files.map(file => [file, read(file)]))
  const dependencies = [
    ...Object.keys(JSON.parse(read('package.json')).dependencies),
    // The package carries it (docs/decisions/0035-carrying-the-runtime.md).
    'onnxruntime-node',
    // Asked by verify where somebody has installed it (docs/decisions/0034-golden-photos.md).
    'onnxruntime-web',
    // Installed by whoever has several machines (docs/decisions/0105-work-on-many-machines.md).
    'bullmq',
    'ioredis',
    // Installed by those whose machines share a bucket (docs/decisions/0107-a-store-in-s3.md).
    '@aws-sdk/client-s3',
  ]

  it('keep to ARCHITECTURE.md', () => {
    expect(violations(sources, rules, dependencies)).toEqual([])
  })

  it('for browsers import of src/ what the map says, and no package but for types', () => {
    const web = readdirSync(path.join(root, 'web'), { recursive: true, encoding: 'utf8' })
      .map(file => `web/${file.replaceAll(path.sep, '/')}`)
      .filter(file => file.endsWith('.ts'))
    const sources: Sources = new Map(web.map(file => [file, read(file)]))
    expect(sources.size).toBeGreaterThan(20)
    expect(webViolations(sources, rules)).toEqual([])
    const wrong = "import { decode } from '../../src/images/index.js'\nimport sharp from 'sharp'\n"
    expect(webViolations(new Map([['web/app/x.ts', wrong]]), rules)).toHaveLength(2)
  })

  it('of the studio’s page import types, what loads in browsers, and what is bundled', () => {
    const page = readdirSync(path.join(root, 'studio'), { recursive: true, encoding: 'utf8' })
      .map(file => `studio/${file.replaceAll(path.sep, '/')}`)
      .filter(file => /\.tsx?$/.test(file))
    const sources: Sources = new Map(page.map(file => [file, read(file)]))
    expect(sources.size).toBeGreaterThan(20)
    expect(studioViolations(sources, rules)).toEqual([])
    const wrong =
      "import { train } from '../src/actions/train.js'\nimport z from 'zod'\nimport type { A } from '../src/a.js'\n"
    expect(studioViolations(new Map([['studio/x.tsx', wrong]]), rules)).toHaveLength(2)
  })

  it('load nothing heavy before a command is known, nor the network for what needs none', () => {
    const start = [...loadedAtOnce(sources, 'src/cli/commands/index.ts')].filter(
      name => !name.startsWith('node:'),
    )
    expect(start.toSorted()).toEqual(['@commander-js/extra-typings', 'cli', 'cli-progress', 'core'])
    const doctor = loadedAtOnce(sources, 'src/actions/doctor.ts')
    for (const name of ['train', 'backbones', 'engine', 'onnx', 'autodiff', 'report'])
      expect(doctor.has(name), name).toBe(false)
    expect(doctor.has('sharp')).toBe(true)
    // Charts are drawn at the end, if at all.
    for (const action of ['train', 'predict', 'evaluate', 'app', 'sweep', 'doctor'])
      expect(loadedAtOnce(sources, `src/actions/${action}.ts`), action).not.toContain('@observablehq/plot')
  })

  it('were really read', () => {
    expect(sources.size).toBeGreaterThan(100)
    expect(readImports(sources).length).toBeGreaterThan(300)
    expect(rules.folders.get('core')).toBe(0)
    expect(rules.packages.map(({ names }) => names[0])).toContain('sharp')
    expect(rules.open).toEqual(['actions', 'collect'])
    expect(rules.browser).toContain('src/images/view.ts')
  })

  it('export the public names and no others', () => {
    const door = read('src/index.ts')
    expect(door).not.toMatch(
      /export \*|export default|export (const|function|class|interface|type [A-Z]\w* =)/,
    )
    expect(exportedNames(door).toSorted()).toEqual(publicNames.toSorted())
  })
})

describe('the check', () => {
  const small = parseRules(`
| # | folder | holds |
| --- | --- | --- |
| 0 | \`low\` | x |
| 1 | \`left\` | x |
| 1 | \`right\` | x |
| 0 | \`left/first\` | x |
| 1 | \`left/second\` | x |

| package | only in |
| --- | --- |
| \`sharp\` | \`left/\` |
| \`onnxruntime-*\` | \`right/run.ts\`, \`right/more/\` |

Entered by file instead, for
a reason:
\`right\`.

Loaded in browsers too, so careful: \`low/view.ts\`
`)
  const base = {
    'src/low/index.ts': "export { view } from './view.js'",
    'src/low/view.ts': 'export const view = 1',
    'src/left/index.ts': "import sharp from 'sharp'",
    'src/left/first/index.ts': "export { deep } from './deep.js'",
    'src/left/first/deep.ts': 'export const deep = 1',
    'src/left/second/index.ts': "import { deep } from '../first/index.js'",
    'src/right/index.ts': "import { view } from '../low/index.js'",
    'src/right/run.ts': "const ort = await import('onnxruntime-node')",
  }
  const check = (changed: Record<string, string>) =>
    violations(new Map(Object.entries({ ...base, ...changed })), small, ['sharp', 'onnxruntime-node'])

  it('accepts what is right', () => {
    expect(check({})).toEqual([])
    expect(check({ 'src/index.ts': "export { run } from './right/run.js'" })).toEqual([])
    expect(check({ 'src/index.ts': "export { view } from './low/index.js'" })).toEqual([])
  })

  it.each([
    [
      'an import upwards',
      'src/low/a.ts',
      "\nimport '../left/index.js'",
      'src/low/a.ts:2 imports ../left/index.js',
    ],
    ['an import sideways', 'src/left/a.ts', "import type { A } from '../right/index.js'", '"right" is 1'],
    [
      'a dynamic one',
      'src/left/a.ts',
      "await import('../right/index.js')",
      'Move what both need further down',
    ],
    ['a side door', 'src/left/a.ts', "import {\n  view,\n} from '../low/view.js'", 'src/left/a.ts:3 imports'],
    ['an inner import upwards', 'src/left/first/a.ts', "import '../second/index.js'", '"left/second" is 1'],
    ['an inner side door', 'src/left/a.ts', "import './first/deep.js'", 'through src/left/first/index.ts'],
    ['an unknown inner folder', 'src/left/third/a.ts', '', 'src/left/third/ is not in the table'],
    ['the library from inside', 'src/left/a.ts', "import '../index.js'", "the library's door"],
    ['a package elsewhere', 'src/right/a.ts', "import sharp from 'sharp'", 'only src/left/ may'],
    [
      'a package of a family',
      'src/left/a.ts',
      "import 'onnxruntime-node'",
      'only src/right/run.ts and src/right/more/',
    ],
    ['a package that is not ours', 'src/left/a.ts', "import 'left-pad/x'", 'not among the dependencies'],
    ['an unknown folder', 'src/other/a.ts', '', 'src/other/ is not in the table'],
    ['Node in a browser', 'src/low/view.ts', "import { x } from './x.js'", 'Move that part to another file'],
    [
      'a circle',
      'src/low/view.ts',
      "import type { C } from './c.js'",
      'src/low/view.ts imports src/low/c.ts imports src/low/view.ts',
    ],
    ['a file importing itself', 'src/left/a.ts', "import './a.js'", 'a circle'],
  ])('finds %s', (_what, file, text, message) => {
    const helpers = { 'src/low/x.ts': "import 'node:fs'", 'src/low/c.ts': "import './view.js'" }
    const used = Object.fromEntries(
      Object.entries(helpers).filter(([name]) => text.includes(`${path.basename(name, '.ts')}.js`)),
    )
    expect(check({ ...used, [file]: text })).toEqual([expect.stringContaining(message)])
  })

  it('finds a folder that is gone', () => {
    const without = new Map(Object.entries(base).filter(([file]) => !file.startsWith('src/left')))
    expect(violations(without, small, ['onnxruntime-node'])).toEqual(
      ['left', 'left/first', 'left/second'].map(name => expect.stringContaining(`lists src/${name}/`)),
    )
  })

  it('is not fooled by strings or comments', () => {
    expect(check({ 'src/low/view.ts': "const a = `b`, c = 'd from ' + 'e'\nconst f = 'import x'" })).toEqual(
      [],
    )
    const comment = "/**\n * import '../left/index.js'\n */\n// from '../left/index.js'\n"
    expect(check({ 'src/low/view.ts': comment })).toEqual([])
  })

  it('reads the names a door exports', () => {
    const door =
      "export { a, type B } from './x.js'\nexport type { C as D,\n  E, } from './y.js'\n// export { f }"
    expect(exportedNames(door)).toEqual(['a', 'B', 'D', 'E'])
  })
})

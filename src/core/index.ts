export { ahead } from './ahead.js'
export { argmax } from './argmax.js'
export { breather } from './breather.js'
export { commandName } from './command-name.js'
export {
  argumentError,
  ChiquitoError,
  type ErrorCode,
  errorOf,
  type Failure,
  failureOf,
  INTERRUPTED,
  messageOf,
  type Said,
  said,
  throwIfAborted,
} from './error.js'
export { fromHalf, toHalf } from './half.js'
export { toSteps } from './int8.js'
export { describeIssue, placeOfIssue, wordsOfIssue } from './issue.js'
export { markdownBlock, markdownCode, markdownTable, markdownText } from './markdown.js'
export { forbidReports } from './no-reports.js'
export { assetPath, packagePath, version } from './package.js'
export { parsedJson } from './parsed-json.js'
export { pause, untilAborted } from './pause.js'
export { plural } from './plural.js'
export { probabilityText, toldProbability } from './probability.js'
export type { Progress, ProgressEvent, WorkOptions } from './progress.js'
export { RandomStream } from './random.js'
export { exactTime, roughTime, shortTime } from './rough-time.js'
export { commandInText, shellPath, shellWord } from './shell-word.js'
export {
  asFloat32,
  type DType,
  type ElementArrays,
  elementBytes,
  float32,
  int64,
  scalar,
  sizeOf,
  type Tensor,
  uint8,
  zeros,
} from './tensor.js'

export { readAttributes } from './attributes.js'
export { GraphBuilder } from './builder.js'
export { dtypeCodes, dtypeOfCode } from './dtypes.js'
export { type ExternalFiles, isPlainName } from './external-data.js'
export { maxModelBytes, readModel, readModelFile, writeModel } from './file.js'
export type { Attribute, Dim, Graph, Model, Node, Value, ValueType } from './graph.js'
export { inferTypes } from './infer.js'
export { lowestModel, lowestOpset } from './lowest/index.js'
export { type ModelOptions, model } from './model.js'
export {
  type AttributesOf,
  type AttributeValuesOf,
  isOpType,
  keyOf,
  type OpType,
  operatorOf,
  operators,
} from './operators/index.js'
export { defaultIrVersion, defaultOpset } from './opset.js'
export { type ParseOptions, parseGraph } from './parse.js'
export {
  bindDims,
  foldBatchNorm,
  foldConstants,
  openBatch,
  pruneUnused,
  renameValues,
  startFrom,
  withoutBatchTables,
} from './passes/index.js'
export type { PlainGraph } from './plain-graph.js'
export { printedWeights, printGraph } from './print.js'
export { externalLocations } from './protobuf.js'
export { type ScannedModel, scanModel } from './scan.js'
export { sortNodes } from './sort-nodes.js'
export { upgradeModel } from './upgrade.js'
export { freshName, namesIn, readBy } from './values.js'
export { type VerifyOptions, verifyGraph } from './verify.js'

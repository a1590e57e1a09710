export {
  CHECKPOINT_SECONDS,
  Checkpoint,
  type CheckpointOptions,
  type CheckpointStore,
  type Section,
} from './checkpoint.js'
export { anyNumber, stageSchema } from './facts.js'
export { FitCheckpoint } from './fit-checkpoint.js'
export { weightsIn, weightTensors } from './weights.js'

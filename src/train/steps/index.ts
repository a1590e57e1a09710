export { runnable } from './runnable.js'
export {
  type Noise,
  optimizerFor,
  StepRunner,
  type StepSettings,
  type StepState,
  type Tensors,
} from './step-runner.js'
export { StepWork, type StepWorkOptions } from './work.js'

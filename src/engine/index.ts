export {
  type Device,
  type DeviceOptions,
  devices,
  MAX_THREADS,
  type Optimization,
  threadsOf,
} from './device.js'
export { foldWeights } from './fold-weights.js'
export { openPlain, type PlainRuntime, type PlainSession } from './plain.js'
export { prepareFile } from './prepare-file.js'
export { openSessions, Session, type SessionOptions } from './session.js'
export { SessionThreads, sessionsFor } from './session-threads.js'
export { usableDevice } from './usable-device.js'
export { runtimeVersion } from './version.js'

export { type Device, type DeviceOptions, devices, MAX_THREADS, type Optimization } from './device.js'
export { openSessions, Session, type SessionOptions } from './session.js'
export { usableDevice } from './usable-device.js'
export { runtimeVersion } from './version.js'

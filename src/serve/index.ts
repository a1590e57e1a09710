export { type DockerOptions, type DockerResult, writeDocker } from './docker/index.js'
export { defaultLimits, type ServeLimits } from './http/index.js'
export { type ServeOptions, type ServeStarted, serve } from './serve.js'

export { type DockerOptions, type DockerResult, writeDocker } from './docker/index.js'
export {
  answerErrors,
  defaultLimits,
  Gate,
  GoneError,
  type HttpEnv,
  HttpServer,
  isLoopback,
  ProblemError,
  Room,
  readBody,
  requireGoodToken,
  type ServeLimits,
  safeHeaders,
  told,
} from './http/index.js'
export { type ProblemKind, problemKinds } from './problem-kinds.js'
export { type ServeOptions, type ServeStarted, serve } from './serve.js'

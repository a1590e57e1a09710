export { type DockerOptions, type DockerResult, writeDocker } from './docker.js'

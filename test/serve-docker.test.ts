// `chiquito serve --docker`: what is written, and that its command and its health check do what they are for.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { DockerResult } from '../src/serve/index.js'
import { chiquito, documentOf, programFile, suiteFolder } from './support/chiquito.js'
import { freePort } from './support/free-port.js'
import { trainedModel } from './support/serving.js'

const folder = suiteFolder()
const at = (...names: string[]) => path.join(folder, ...names)
const out = at('container')
let model = ''
let result: DockerResult
let dockerfile = ''

beforeAll(async () => {
  model = await trainedModel(folder)
  result = documentOf<DockerResult>(await chiquito(['serve', model, '--docker', out, '--json']))
  dockerfile = readFileSync(path.join(out, 'Dockerfile'), 'utf8')
})

/** The words of an instruction in its JSON form. */
function words(instruction: RegExp): string[] {
  const [, list = '[]'] = instruction.exec(dockerfile) ?? []
  return JSON.parse(list)
}

const entry = () => words(/^ENTRYPOINT (\[.*\])$/m)
const health = () => words(/^HEALTHCHECK .* CMD (\[.*\])$/m)

describe('the folder', () => {
  it('holds what is copied, and says what to type next', () => {
    expect(result.files).toEqual(['Dockerfile', '.dockerignore', 'model.onnx', 'README.md'])
    expect(readdirSync(out).toSorted()).toEqual([
      '.dockerignore',
      'Dockerfile',
      'README.md',
      'chiquito.json',
      'model.onnx',
    ])
    expect(readFileSync(path.join(out, 'model.onnx')).equals(readFileSync(model))).toBe(true)
    expect(statSync(path.join(out, 'model.onnx')).mode & 0o044, 'an ordinary user may read it').toBe(0o044)
    expect(result.commands).toEqual([
      expect.stringMatching(/^docker build -t chiquito-serve /),
      'docker run --rm -p 127.0.0.1:8000:8000 chiquito-serve',
    ])
    expect(readFileSync(path.join(out, 'README.md'), 'utf8')).toMatch(/ball, wave/)
    const copied = readFileSync(path.join(out, '.dockerignore'), 'utf8').split('\n')
    expect(copied).toContain('*')
    expect(copied).toContain('!model.onnx')
  })

  it('makes an image that runs as an ordinary user, and compiles nothing', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
    expect(dockerfile).toMatch(/^FROM node:22/m)
    expect(dockerfile.indexOf('USER node')).toBeGreaterThan(dockerfile.indexOf('RUN '))
    expect(dockerfile.indexOf('USER node')).toBeLessThan(dockerfile.indexOf('ENTRYPOINT'))
    expect(dockerfile).toContain(`ARG CHIQUITO=chiquito@${version}`)
    expect(dockerfile).toMatch(/--ignore-scripts/)
    // Files keep their modes when they are copied, and whoever wrote this one may have kept it from others.
    expect(dockerfile.indexOf('RUN chmod a+r model.onnx')).toBeGreaterThan(dockerfile.indexOf('COPY '))
    expect(dockerfile).not.toMatch(/apt-get|make|gcc|npm run/)
    expect(entry().slice(0, 3)).toEqual(['node_modules/.bin/chiquito', 'serve', 'model.onnx'])
  })

  it('is not written over what is there', async () => {
    writeFileSync(at('mine.txt'), 'mine')
    const again = await chiquito(['serve', model, '--docker', out])
    expect(again).toMatchObject({ status: 2, stderr: expect.stringMatching(/--overwrite/) })
    expect((await chiquito(['serve', model, '--docker', out, '--overwrite'])).status).toBe(0)
    const foreign = await chiquito(['serve', model, '--docker', folder, '--overwrite'])
    expect(foreign).toMatchObject({ status: 2, stderr: expect.stringMatching(/holds other things/) })
    const nothing = await chiquito(['serve', at('nowhere'), '--docker', at('none')])
    expect(nothing.status).toBe(1)
    expect(existsSync(at('none'))).toBe(false)
  })
})

it('has a command that serves, and a health check that tells', async () => {
  // A port of its own; in a container there is nobody else.
  const port = String(await freePort())
  const [, ...args] = entry().map(word => (word === '8000' ? port : word))
  const [command, ...check] = health().map(word => word.replaceAll('8000', port))
  const isHealthy = () => spawnSync(command, check).status === 0
  expect(isHealthy()).toBe(false)
  const child = spawn(process.execPath, [programFile, ...args], { cwd: out, stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = new Promise(resolve => child.once('exit', resolve))
  while (!isHealthy()) {
    expect(child.exitCode).toBe(null)
    await pause(100)
  }
  child.kill('SIGTERM')
  expect(await ended).toBe(130)
  expect(isHealthy()).toBe(false)
})

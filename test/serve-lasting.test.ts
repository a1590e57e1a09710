// `chiquito serve` over time: stopped and given new models while it is asked, without losing a request.
import { copyFileSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { chiquito, suiteFolder } from './support/chiquito.js'
import { drawing } from './support/photos.js'
import { type Serving, serving, trainedModel } from './support/serving.js'

const folder = suiteFolder()
const at = (...names: string[]) => path.join(folder, ...names)
let first = ''
let second = ''
let photo: Buffer

beforeAll(async () => {
  first = await trainedModel(folder)
  second = await trainedModel(folder, { seed: 2 })
  photo = await drawing('ball', 60, { format: 'jpeg' })
})

/** What became of a request: its status and which model answered, or what broke the connection. */
interface Outcome {
  readonly status: number | string
  readonly model: string | undefined
}

/** Asks on connections that stay, over and over, until told to end; then what became of all requests. */
function asking({ port }: Serving, clients: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: clients })
  const outcomes: Outcome[] = []
  let goesOn = true
  const loop = async () => {
    while (goesOn) {
      const outcome = await ask(port, agent)
      outcomes.push(outcome)
      // Whoever is refused the connection is not there any more.
      if (typeof outcome.status === 'string') return
      if (outcome.status === 503) await pause(20)
    }
  }
  const loops = Promise.all(Array.from({ length: clients }, loop))
  return {
    outcomes,
    async end(): Promise<readonly Outcome[]> {
      goesOn = false
      await loops
      agent.destroy()
      return outcomes
    },
  }
}

function ask(port: number, agent: Agent): Promise<Outcome> {
  return new Promise(resolve => {
    const headers = { 'content-type': 'image/jpeg', 'content-length': photo.length }
    const asked = request({ port, path: '/v1/predict', method: 'POST', headers, agent }, answer => {
      let text = ''
      answer.setEncoding('utf8').on('data', part => {
        text += part
      })
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, model: JSON.parse(text).model }))
      answer.on('error', error => resolve({ status: error.message, model: undefined }))
    })
    asked.on('error', (error: NodeJS.ErrnoException) =>
      resolve({ status: error.code ?? error.message, model: undefined }),
    )
    asked.end(photo)
  })
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await pause(20)
}

function statuses(outcomes: readonly Outcome[]): Set<number | string> {
  return new Set(outcomes.map(({ status }) => status))
}

describe('stopped under load', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'by %s, answers what is under way and refuses the rest',
    async signal => {
      const server = await serving(first)
      const load = asking(server, 8)
      await until(() => load.outcomes.length > 40)
      const { status, stderr } = await server.stop(signal)
      const outcomes = await load.end()
      expect(status).toBe(130)
      // Answered, told that it stops, or not listened to any more: so a connection may end that was in the system's queue when the server
      // went, or on which nothing was asked just then (RFC 9112, 9.3.1).
      for (const each of statuses(outcomes))
        expect([200, 503, 'ECONNREFUSED', 'ECONNRESET', 'EPIPE']).toContain(each)
      // Nothing is broken off: all that it took was answered.
      const answered = outcomes.filter(outcome => typeof outcome.status === 'number')
      expect(stderr).toContain(`Interrupted. ${answered.length} requests answered, none left`)
    },
  )

  it('waits for a request that is still being sent', async () => {
    const server = await serving(first)
    const { port } = server
    const headers = { 'content-type': 'image/jpeg', 'content-length': photo.length }
    const asked = request({ port, path: '/v1/predict', method: 'POST', headers })
    const answer = new Promise<number | undefined>((resolve, reject) => {
      asked.on('error', reject)
      asked.on('response', got => void got.resume().on('end', () => resolve(got.statusCode)))
    })
    asked.write(photo.subarray(0, 100))
    const held = async () =>
      (await (await fetch(`${server.address}/metrics`)).text()).includes('body_bytes 100\n')
    await expect.poll(held).toBe(true)
    const stopped = server.stop()
    const late = () =>
      fetch(`${server.address}/readyz`).then(
        ({ status }) => status,
        () => 503,
      )
    await expect.poll(late).toBe(503)
    asked.end(photo.subarray(100))
    expect(await answer).toBe(200)
    expect((await stopped).status).toBe(130)
  })
})

describe('stopped while connections stand open', () => {
  it.each([
    ['on which nothing was asked', ''],
    ['on which not all was asked', 'GET /healthz HTTP/1.1\r\nHost: 127'],
    ['that are kept', 'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'],
  ])('does not wait for those %s', async (_what, text) => {
    // Far longer than the test may take.
    const server = await serving(first, ['--upload-limit', '10min'])
    const socket = connect({ port: server.port, host: '127.0.0.1' })
    onTestFinished(() => void socket.destroy())
    const ended = new Promise(resolve => socket.once('close', resolve))
    socket.on('error', () => undefined).resume()
    await new Promise<void>(resolve => void socket.write(text, () => resolve()))
    await pause(200)
    expect((await server.stop()).status).toBe(130)
    await ended
  })
})

it('stops where those who asked much at a time have left', async () => {
  const server = await serving(first, ['--time-limit', '10min'])
  const one = Buffer.concat([
    Buffer.from(
      `POST /v1/predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: image/jpeg\r\nContent-Length: ${photo.length}\r\n\r\n`,
    ),
    photo,
  ])
  for (let i = 0; i < 4; i++) {
    const socket = connect({ port: server.port, host: '127.0.0.1' }).on('error', () => undefined)
    await new Promise<void>(resolve => void socket.write(Buffer.concat(Array(8).fill(one)), () => resolve()))
    socket.resetAndDestroy()
  }
  const { status, stderr } = await server.stop()
  expect(status).toBe(130)
  // Who goes is no failure of the server.
  expect(stderr).not.toMatch(/failed/)
})

describe('given another model under load', () => {
  async function over(replace: (model: string, server: Serving) => void | Promise<void>, said: RegExp) {
    const model = at('served.onnx')
    copyFileSync(first, model)
    const server = await serving(model)
    onTestFinished(async () => void (await server.stop()))
    const load = asking(server, 4)
    await until(() => load.outcomes.length > 20)
    await replace(model, server)
    await server.said(said)
    const before = load.outcomes.length
    await until(() => load.outcomes.length > before + 20)
    const outcomes = await load.end()
    expect(statuses(outcomes)).toEqual(new Set([200]))
    return { models: [...new Set(outcomes.map(({ model: id }) => id))], last: outcomes.at(-1)?.model, server }
  }

  it('takes it over as soon as the file has changed, and loses nothing', async () => {
    const { models, server } = await over(model => {
      copyFileSync(second, `${model}.new`)
      renameSync(`${model}.new`, model)
    }, /A new model has taken over \(its file has changed\)/)
    expect(models).toHaveLength(2)
    const facts = await (await fetch(`${server.address}/v1/model`)).json()
    expect(facts).toMatchObject({ id: models[1] })
    expect(await (await fetch(`${server.address}/metrics`)).text()).toMatch(
      /reloads_total\{outcome="taken"\} 1/,
    )
  })

  it('at SIGHUP, too', async () => {
    const { models } = await over((_model, server) => {
      server.process.kill('SIGHUP')
    }, /A new model has taken over \(it was asked for\)/)
    expect(models).toHaveLength(1)
  })

  it('refuses a broken one, and the old one stays', async () => {
    const { models, server } = await over(model => {
      const bytes = readFileSync(second)
      // Somewhere among the weights.
      bytes.fill(7, bytes.length >> 1, (bytes.length >> 1) + 200)
      writeFileSync(`${model}.new`, bytes)
      renameSync(`${model}.new`, model)
    }, /The new model is refused, and the old one stays \(its file has changed\): .*served\.onnx/)
    expect(models).toHaveLength(1)
    expect((await fetch(`${server.address}/readyz`)).status).toBe(200)
  })

  it('goes on where the file is gone', async () => {
    const { models } = await over(model => renameSync(model, `${model}.away`), /is no longer there/)
    expect(models).toHaveLength(1)
  })
})

describe.skipIf(process.platform !== 'linux')('given a model that computes for ever', () => {
  const flag = at('halt')
  /** Has processes that check a model stand still as soon as they start, like one that never ends, while the flag is there. */
  const env = { NODE_OPTIONS: `--import=${pathToFileURL(at('halt.mjs')).href}` }
  beforeAll(() =>
    writeFileSync(
      at('halt.mjs'),
      `import { existsSync } from 'node:fs'
      if (process.argv[1].endsWith('check-process.js') && existsSync(${JSON.stringify(flag)})) process.kill(process.pid, 'SIGSTOP')`,
    ),
  )

  /** The process that checks this model, once it stands still. */
  async function halted(model: string): Promise<number> {
    for (;;) {
      for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name)))
        if (commandOf(pid).includes(`check-process.js\0${model}\0`) && stateOf(pid) === 'T')
          return Number(pid)
      await pause(5)
    }
  }

  const commandOf = (pid: string | number) => factOf(pid, 'cmdline')
  const stateOf = (pid: string) => /\) (\w) /.exec(factOf(pid, 'stat'))?.[1]

  function factOf(pid: string | number, name: string): string {
    try {
      return readFileSync(`/proc/${pid}/${name}`, 'utf8')
    } catch {
      // It has ended meanwhile.
      return ''
    }
  }

  function replace(model: string, by: string): void {
    copyFileSync(by, `${model}.new`)
    renameSync(`${model}.new`, model)
  }

  it('takes the next one, and stops when it is told to', async () => {
    const model = at('endless.onnx')
    copyFileSync(first, model)
    const server = await serving(model, [], env)
    const id = async () => {
      const facts: { id: string } = JSON.parse(await (await fetch(`${server.address}/v1/model`)).text())
      return facts.id
    }
    const before = await id()
    writeFileSync(flag, '')
    replace(model, second)
    const left = await halted(model)
    rmSync(flag)
    replace(model, second)
    await server.said(/refused, and the old one stays .*replaced before it was taken over/)
    await server.said(/A new model has taken over/)
    expect(await id()).not.toBe(before)
    writeFileSync(flag, '')
    replace(model, first)
    const last = await halted(model)
    expect((await server.stop()).status).toBe(130)
    await until(() => commandOf(left) === '' && commandOf(last) === '')
  })

  it('can be stopped while it starts', async () => {
    const model = at('endless-at-first.onnx')
    copyFileSync(first, model)
    writeFileSync(flag, '')
    const told = await chiquito(['serve', model, '--port', '0', '--json'], {
      env,
      started: child => void halted(model).then(() => child.kill('SIGTERM')),
    })
    expect(told.status, told.stderr).toBe(130)
  })
})

import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pageDirectives } from '../../app/index.js'
import { errorCode } from '../../files/index.js'
import { ProblemError, Room, readBody, safeHeaders } from '../../serve/index.js'
import { exportSchema, type ModelAnswer, makeAppSchema, type PredictAnswer } from '../api/ship.js'
import { type Ask, askedJson, json } from '../http/index.js'
import { runNames } from '../runs/index.js'
import { appFile, CARD, modelFacts, TriedModel } from '../ship/index.js'
import type { Studio, StudioApp } from '../studio.js'

/** A photo of a good camera; a frame of a webcam has a hundredth of it. */
const MAX_PHOTO_BYTES = 64 * 1024 * 1024

/** What the exported page may do in the frame: what its own policy says, which cannot say who may frame it. */
const previewPolicy = [...pageDirectives, "form-action 'none'", "frame-ancestors 'self'"].join('; ')

/** A run's model tried, taken away, and made into a page. */
export function shipRoutes(app: StudioApp, { workspace, jobs, signal }: Studio): void {
  const tried = new TriedModel()
  const room = new Room({ bytes: 2 * MAX_PHOTO_BYTES, photos: 1 })
  signal.addEventListener('abort', () => void tried.close(), { once: true })

  app.get('/api/runs/:id/model', async c => {
    const facts: ModelAnswer = await modelFacts(await known(c), workspace)
    return json(facts)
  })
  app.post('/api/runs/:id/predict', async c => {
    const run = await folderOf(c)
    return withPhoto(c, async photo => json((await tried.predict(run, photo)) satisfies PredictAnswer))
  })
  app.post('/api/runs/:id/why', async c => {
    const run = await folderOf(c)
    return withPhoto(c, async photo => file(await tried.explain(run, photo), 'image/png'))
  })
  app.post('/api/runs/:id/app', async c => {
    const run = await known(c)
    return json(await jobs.start('app', { run, ...(await askedJson(c, makeAppSchema)) }), 201)
  })
  app.post('/api/runs/:id/export', async c => {
    const run = await known(c)
    return json(await jobs.start('export', { run, ...(await askedJson(c, exportSchema)) }), 201)
  })
  app.get('/api/runs/:id/model.onnx', async c => {
    const run = await known(c)
    const path = join(workspace.runs, run, 'model.onnx')
    const size = await sizeOf(path, 'This run has no model yet. Go on with it, or train another.')
    const stream = Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>
    return new Response(stream, {
      headers: {
        ...safeHeaders,
        'content-type': 'application/octet-stream',
        'content-length': String(size),
        'content-disposition': attachment(`${run}.onnx`),
      },
    })
  })
  app.get('/api/runs/:id/card', async c => {
    const path = join(await folderOf(c), CARD)
    await sizeOf(path, 'This run has no model card: it is written when a run is finished.')
    return file(await readFile(path), 'text/markdown; charset=utf-8', `${await known(c)}.md`)
  })
  app.get('/preview/:id/*', async c => {
    const id = await known(c)
    const path = decodeURI(c.req.path).slice(`/preview/${id}/`.length) || 'index.html'
    // A service worker would go on answering for this address when another folder is at it.
    const found = path === 'sw.js' ? undefined : await appFile(join(workspace.apps, id), path)
    if (found === undefined) throw notFound('There is no such file in the app. Make the app again.')
    return new Response(found.bytes, {
      headers: { ...safeHeaders, 'content-type': found.type, 'content-security-policy': previewPolicy },
    })
  })

  /** @throws ProblemError `not-found` */
  async function known(c: Ask): Promise<string> {
    const id = c.req.param('id') ?? ''
    if ((await runNames(workspace)).includes(id)) return id
    throw notFound('There is no such run. Load the page again.')
  }

  async function folderOf(c: Ask): Promise<string> {
    return join(workspace.runs, await known(c))
  }

  async function withPhoto(c: Ask, answer: (photo: Uint8Array) => Promise<Response>): Promise<Response> {
    const body = await readBody(c.env.incoming, c.env.outgoing, { most: MAX_PHOTO_BYTES, room })
    try {
      return await answer(body.bytes)
    } finally {
      body.leave()
    }
  }
}

function file(bytes: Uint8Array, type: string, name?: string): Response {
  return new Response(new Uint8Array(bytes), {
    headers: {
      ...safeHeaders,
      'content-type': type,
      ...(name !== undefined && { 'content-disposition': attachment(name) }),
    },
  })
}

/** Names of runs may have any letters (RFC 6266). */
function attachment(name: string): string {
  return `attachment; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, sign => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)}`
}

async function sizeOf(path: string, missing: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (errorCode(error) === 'ENOENT') throw notFound(missing)
    throw error
  }
}

function notFound(detail: string): ProblemError {
  return new ProblemError('not-found', detail)
}

import { createHash, createHmac } from 'node:crypto'
import { Gate, safeHeaders } from '../../serve/index.js'
import type { StudioApp } from '../studio.js'

/** Who may ask, and the cookie that stands for the token where a browser sends no header. */
export interface StudioGate {
  readonly gate: Gate
  /** `POST /api/session`, which asks for the token as everything does, gives the cookie. */
  addTo(app: StudioApp): void
}

/** Paths that are told to anybody who reaches the server: the page without what it shows. */
const openPath = /^\/(|icon\.svg|assets\/[\w.-]+)$/

const advice = {
  name: 'Open the address that the terminal printed. If it is to be reached under that name, start it with --host and the name.',
  origin: 'Open the address that the terminal printed.',
}

/**
 * The cookie only reads, lives as long as the browser, and is of this folder's studio alone: cookies know no ports, so another
 * server of this machine may be sent it.
 */
export function studioGate({
  host,
  token,
  dir,
}: {
  readonly host: string
  readonly token: string
  readonly dir: string
}): StudioGate {
  const cookie = `chiquito-studio-${createHash('sha256').update(dir).digest('hex').slice(0, 8)}`
  const value = createHmac('sha256', token).update('session').digest('hex')
  const isOpen = (path: string) => openPath.test(path)
  return {
    gate: new Gate({ host, names: [], origins: [], token, isOpen, session: { cookie, value }, advice }),
    addTo(app) {
      app.post('/api/session', () => {
        const setCookie = `${cookie}=${value}; Path=/; HttpOnly; SameSite=Strict`
        return new Response(null, { status: 204, headers: { ...safeHeaders, 'set-cookie': setCookie } })
      })
    },
  }
}

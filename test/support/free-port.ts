import { createServer } from 'node:net'

/**
 * Ports that no system gives to whoever asks for any: a server that is killed and started again finds its port free. One of those that
 * a system gives may be somebody's by then, be it only for a connection to elsewhere.
 */
const [FIRST, COUNT] = [20_000, 10_000]

/** Test files at the same time are processes of numbers near each other: each begins elsewhere. */
let next = (process.pid * 10) % COUNT

/** A port of this machine that is free, another one each time. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + next
    next = (next + 1) % COUNT
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer()
      .once('error', (error: NodeJS.ErrnoException) =>
        error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
      )
      .listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

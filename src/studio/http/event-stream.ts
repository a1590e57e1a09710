import { safeHeaders } from '../../serve/index.js'

/** Often enough that no proxy takes the stream for dead. */
const BEAT_MS = 15_000

/** Sends an event; `data` goes as JSON. */
export type SendEvent = (event: string, data: unknown) => void

/**
 * Server-sent events until the page goes or the signal fires.
 *
 * @param start - called with what sends; gives back what ends the listening
 */
export function eventStream(signal: AbortSignal, start: (send: SendEvent) => () => void): Response {
  let end = () => {}
  const text = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const write = (lines: string) => controller.enqueue(text.encode(lines))
      const beat = setInterval(() => write(': still here\n\n'), BEAT_MS)
      const close = () => {
        end()
        controller.close()
      }
      write('retry: 1000\n\n')
      const stop = start((event, data) => write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`))
      end = () => {
        clearInterval(beat)
        signal.removeEventListener('abort', close)
        stop()
      }
      signal.addEventListener('abort', close, { once: true })
      if (signal.aborted) close()
    },
    cancel: () => end(),
  })
  return new Response(body, { headers: { ...safeHeaders, 'content-type': 'text/event-stream' } })
}

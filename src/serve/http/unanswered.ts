import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ProblemError } from './problem.js'

/** A request that is not answered yet. */
export interface Asked {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** What its connection was told in place of an answer. */
  refused?: ProblemError
}

/** Requests of each connection that are not answered, in the order in which they came. */
export class Unanswered {
  private readonly bySocket = new WeakMap<Duplex, Set<Asked>>()

  /** To be told of each connection. */
  watch(socket: Duplex): void {
    const all = new Set<Asked>()
    this.bySocket.set(socket, all)
    // Where a connection ends, Node closes the answer that is being sent, and says nothing of those that wait behind it.
    socket.once('close', () =>
      process.nextTick(() => {
        for (const { response } of all) response.emit('close')
      }),
    )
  }

  /** Holds a request until its answer closes. */
  add(asked: Asked): void {
    const all = this.bySocket.get(asked.request.socket)
    all?.add(asked)
    asked.response.once('close', () => all?.delete(asked))
  }

  count(socket: Duplex): number {
    return this.bySocket.get(socket)?.size ?? 0
  }

  last(socket: Duplex): Asked | undefined {
    return [...(this.bySocket.get(socket) ?? [])].at(-1)
  }
}

/** The status that was told, or `gone`. */
export function outcomeOf({ response, refused }: Asked): string {
  if (refused) return String(refused.status)
  return response.headersSent ? String(response.statusCode) : 'gone'
}

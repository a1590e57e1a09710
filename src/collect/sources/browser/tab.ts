import { z } from 'zod'
import { ChiquitoError } from '../../../core/index.js'
import { TransientError } from '../../../net/index.js'
import type { DevTools } from './devtools.js'

/** A page that is not there after so long is used as far as it is. */
const LOAD_MS = 20_000

/** Pictures are of interest from this size on, in pixels: others are signs. */
const LEAST_SIDE = 64

/** More pictures than a page of results ever shows at a time. */
const MAX_PICTURES = 5000

/** A picture that a page shows. */
export const pictureSchema = z.object({
  address: z.string(),
  page: z.string().optional(),
  title: z.string().optional(),
})

export type Picture = z.infer<typeof pictureSchema>

/** What the page shows, asked in a world of our own that its scripts cannot change. Addresses that are whole pictures are cut. */
const look = `[...document.images]
  .filter(one => one.complete && one.naturalWidth >= ${LEAST_SIDE} && one.naturalHeight >= ${LEAST_SIDE})
  .slice(0, ${MAX_PICTURES})
  .map(one => ({
    address: (one.currentSrc || one.src).slice(0, 4097),
    page: one.closest('a')?.href?.slice?.(0, 4097) ?? location.href,
    title: (one.alt || one.title).slice(0, 2000),
  }))`

/**
 * The same, with whether pictures are on their way: they would come in any order. Asked at once, so that none comes between.
 * Lazy pictures are not begun, and may never be.
 */
const lookAndSee = `({
  isWaiting: [...document.images].some(one => !one.complete && one.loading !== 'lazy' && (one.src || one.srcset)),
  pictures: ${look},
})`

const seenSchema = z.object({ isWaiting: z.boolean(), pictures: z.array(pictureSchema) })

const target = z.object({ targetId: z.string() })
const attached = z.object({ sessionId: z.string() })
const navigated = z.object({ frameId: z.string(), errorText: z.string().optional() })
const world = z.object({ executionContextId: z.number() })
const evaluated = z.object({ result: z.object({ value: z.unknown().optional() }) })
const answered = z.object({
  type: z.string().optional(),
  frameId: z.string().optional(),
  response: z.object({ status: z.number() }),
})

/** A page in the browser. */
export class Tab {
  private status = 200

  private constructor(
    private readonly tools: DevTools,
    private readonly session: string,
    private readonly shown: string,
  ) {}

  /**
   * Opens a page and waits until it is there.
   *
   * @param shown - the address for messages
   * @throws `io`; `TransientError` when the server is busy
   */
  static async open(tools: DevTools, address: URL, shown: string): Promise<Tab> {
    const { targetId } = target.parse(await tools.send('Target.createTarget', { url: 'about:blank' }))
    const { sessionId } = attached.parse(
      await tools.send('Target.attachToTarget', { targetId, flatten: true }),
    )
    const tab = new Tab(tools, sessionId, shown)
    await tab.go(address)
    return tab
  }

  /** The pictures that are shown now, in the order of the page, and whether some are still on their way. */
  async pictures(): Promise<z.infer<typeof seenSchema>> {
    return seenSchema.parse(await this.evaluate(lookAndSee))
  }

  /** To the end of what is there, where pages of results add more. */
  async scroll(): Promise<void> {
    await this.evaluate('void scrollTo(0, document.documentElement.scrollHeight)')
  }

  private async go(address: URL): Promise<void> {
    let frame = ''
    this.tools.on('Network.responseReceived', params => {
      const event = answered.safeParse(params).data
      if (event?.type === 'Document' && (frame === '' || event.frameId === frame))
        this.status = event.response.status
    })
    const loaded = new Promise<void>(resolve => {
      this.tools.on('Page.loadEventFired', () => resolve())
      setTimeout(resolve, LOAD_MS).unref()
    })
    await this.send('Page.enable')
    await this.send('Network.enable')
    const { frameId, errorText } = navigated.parse(await this.send('Page.navigate', { url: address.href }))
    frame = frameId
    if (errorText !== undefined)
      throw new ChiquitoError('io', `The browser cannot open ${this.shown} (${errorText.slice(0, 80)}).`)
    await loaded
    const message = `${this.shown} answered ${this.status} instead of a page.`
    if ([429, 500, 502, 503, 504].includes(this.status)) throw new TransientError(message)
    if (this.status >= 400) throw new ChiquitoError('io', message)
  }

  private async evaluate(expression: string): Promise<unknown> {
    const tree = z.object({ frameTree: z.object({ frame: z.object({ id: z.string() }) }) })
    const { frameTree } = tree.parse(await this.send('Page.getFrameTree'))
    const params = { frameId: frameTree.frame.id, worldName: 'chiquito' }
    const { executionContextId: contextId } = world.parse(await this.send('Page.createIsolatedWorld', params))
    const answer = await this.send('Runtime.evaluate', { expression, contextId, returnByValue: true })
    return evaluated.parse(answer).result.value
  }

  private send(method: string, params?: object): Promise<unknown> {
    return this.tools.send(method, params, this.session)
  }
}

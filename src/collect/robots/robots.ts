import { type Client, RefusedError, readBytes, TooLargeError, TransientError } from '../../net/index.js'
import { parseRobots, type RobotsRules } from './rules.js'

/** How site owners name this program in robots.txt. */
const ROBOT_NAME = 'chiquito'

/** What RFC 9309, section 2.5, asks a program to read at least. */
const MAX_BYTES = 500 * 1024

/** What a site that fails is taken to say (RFC 9309, section 2.3.1.4). */
const STAY_AWAY = 'User-agent: *\nDisallow: /'

/** What each site's robots.txt allows; each is read once. */
export class Robots {
  private readonly sites = new Map<string, Promise<RobotsRules>>()

  constructor(private readonly client: Client) {}

  /**
   * Whether a program may fetch this address.
   *
   * @throws what `Client.get` throws where the site cannot be reached at all
   */
  async allows(url: URL): Promise<boolean> {
    const known = this.sites.get(url.origin)
    if (known !== undefined) return (await known).allows(url)
    const rules = this.read(url.origin)
    this.sites.set(url.origin, rules)
    // A broken line is no answer: who comes next asks again.
    rules.catch(() => this.sites.delete(url.origin))
    return (await rules).allows(url)
  }

  private async read(origin: string): Promise<RobotsRules> {
    return parseRobots(await this.textOf(new URL('/robots.txt', origin)), ROBOT_NAME)
  }

  private async textOf(address: URL): Promise<string> {
    try {
      const { bytes } = await readBytes(this.client, address, { maxBytes: MAX_BYTES })
      return new TextDecoder().decode(bytes)
    } catch (error) {
      // A site without the file allows everything; one that fails to answer, nothing.
      if (error instanceof RefusedError) return error.status >= 500 ? STAY_AWAY : ''
      if (error instanceof TooLargeError) return STAY_AWAY
      if (error instanceof TransientError && error.status !== undefined) return STAY_AWAY
      throw error
    }
  }
}

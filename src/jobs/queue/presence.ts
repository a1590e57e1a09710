import type { Redis } from 'ioredis'
import { type Notice, noticeOf } from './messages.js'
import { PREFIX } from './names.js'

/** A notice is renewed each second; whoever has not renewed it for so long is gone, or cut off. */
const NOTICE_MS = 6000

/** Others may write there, too. */
const MOST_READ = 1000

type Role = 'asker' | 'worker'

/** Says that an asker or a worker is there, and hears who else is: each has a key that expires, and there is a set of their ids. */
export class Presence {
  constructor(
    private readonly redis: Redis,
    readonly id: string,
    private readonly role: Role,
  ) {}

  async tell(notice: Notice): Promise<void> {
    await this.redis
      .multi()
      .set(keyOf(this.role, this.id), JSON.stringify(notice), 'PX', NOTICE_MS)
      .sadd(setOf(this.role), this.id)
      .exec()
  }

  /** Those of a role who are there now, without this one. */
  async others(role: Role): Promise<readonly Notice[]> {
    const ids = (await this.redis.smembers(setOf(role))).filter(id => id !== this.id).slice(0, MOST_READ)
    if (ids.length === 0) return []
    const texts = await this.redis.mget(ids.map(id => keyOf(role, id)))
    const gone = ids.filter((_, i) => texts[i] === null)
    if (gone.length > 0) await this.redis.srem(setOf(role), ...gone)
    return texts.flatMap(text => noticeOf(text) ?? [])
  }

  async leave(): Promise<void> {
    await this.redis.multi().del(keyOf(this.role, this.id)).srem(setOf(this.role), this.id).exec()
  }
}

function setOf(role: Role): string {
  return `${PREFIX}:${role}s`
}

function keyOf(role: Role, id: string): string {
  return `${PREFIX}:${role}:${id}`
}

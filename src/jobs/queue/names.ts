/** In front of all names in Redis. */
export const PREFIX = 'chiquito'

/** Set by an asker who no longer wants a job that is in work. */
export function stopName(queue: string, key: string): string {
  return `${PREFIX}:${queue}:stop:${key}`
}

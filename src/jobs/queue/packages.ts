import { ChiquitoError } from '../../core/index.js'

type Packages = typeof import('bullmq') & { readonly Redis: typeof import('ioredis')['Redis'] }

/**
 * BullMQ and the client that it speaks to Redis with: installed by whoever has several machines.
 *
 * @throws `usage` where they are missing, with how to have them
 */
export async function queuePackages(): Promise<Packages> {
  try {
    const [bullmq, { Redis }] = await Promise.all([import('bullmq'), import('ioredis')])
    return { ...bullmq, Redis }
  } catch (cause) {
    if (!isMissing(cause)) throw cause
    throw new ChiquitoError(
      'usage',
      'Work on several machines needs BullMQ and its client: npm install bullmq@6 ioredis@5, where chiquito is installed.',
      { cause },
    )
  }
}

function isMissing(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'MODULE_NOT_FOUND')
  )
}

import { optionalPackage } from '../optional-package.js'

type Packages = typeof import('bullmq') & { readonly Redis: typeof import('ioredis')['Redis'] }

/**
 * BullMQ and the client that it speaks to Redis with: installed by whoever has several machines.
 *
 * @throws `usage` where they are missing, with how to have them
 */
export function queuePackages(): Promise<Packages> {
  return optionalPackage(async () => {
    const [bullmq, { Redis }] = await Promise.all([import('bullmq'), import('ioredis')])
    return { ...bullmq, Redis }
  }, 'Work on several machines needs BullMQ and its client: npm install bullmq@6 ioredis@5, where chiquito is installed.')
}

import { createHash } from 'node:crypto'
import { Agent, get } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { z } from 'zod'
import { readViews } from '../../src/images/index.js'
import { type JobKindTable, jobKind } from '../../src/jobs/index.js'

const agent = new Agent({ keepAlive: true })
const RULE = { size: 224, resize: 'squash' } as const

/**
 * Photos that lie behind a server which answers late: fetched one after the other, decoded and made small as for a network; the result is a
 * digest of the pixels. What a worker does at a time is kept to one on purpose, so that it waits most of the time: how well waiting
 * workers add up is what is to be seen.
 */
export const jobKinds: JobKindTable = {
  late: async () =>
    jobKind({
      name: 'late',
      revision: 1,
      asked: z.strictObject({ numbers: z.array(z.int()), turn: z.string() }),
      place: z.strictObject({ server: z.string() }),
      async perform({ numbers }, { server }) {
        const hash = createHash('sha256')
        for (const number of numbers) {
          const [view] = await readViews(await fetched(`${server}/${number}.jpg`), {
            name: `${number}.jpg`,
            rule: RULE,
            draws: [null],
          })
          hash.update(view)
        }
        return hash.digest()
      },
    }),
}

/** This module as it is built, for other processes. */
export const lateJobs = new URL(import.meta.url)

function fetched(address: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    get(address, { agent }, response => {
      if (response.statusCode === 200) buffer(response).then(resolve, reject)
      else reject(new Error(`${address}: ${response.statusCode}`))
    }).on('error', reject)
  })
}

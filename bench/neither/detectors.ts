import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { npy } from '../support/npy.js'
import type { Peer } from '../support/peer.js'
import type { Score } from './distances.js'
import { flat, type Head } from './head.js'

const schema = z.object({ scores: z.record(z.string(), z.array(z.array(z.number()))) })

/** pytorch-ood's scores of each group asked, by detector: of what the head reads, and of the last layer. */
export async function theirs(
  peer: Peer,
  labels: readonly number[],
  { model, answers }: Head,
  last: readonly (readonly Float32Array[])[],
): Promise<ReadonlyMap<string, readonly Score[]>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'chiquito-bench-'))
  const kept = async (name: string, groups: readonly (readonly Float32Array[])[]) => {
    const files = groups.map((_, g) => path.join(folder, `${name}-${g}.npy`))
    for (const [g, rows] of groups.entries())
      await writeFile(files[g], npy(flat(rows), [rows.length, rows[0].length]))
    const [learnt, ...asked] = files
    return { learnt, asked }
  }
  try {
    const width = answers[0].read[0].length
    const weight = Array.from(model.bias, (_, k) =>
      Array.from(model.weight.subarray(k * width, (k + 1) * width)),
    )
    const read = await kept(
      'read',
      answers.map(one => one.read),
    )
    const request = {
      labels,
      read: { ...read, weight, bias: Array.from(model.bias) },
      last: await kept('last', last),
    }
    const { scores } = schema.parse(await peer.ask(request))
    return new Map(Object.entries(scores))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

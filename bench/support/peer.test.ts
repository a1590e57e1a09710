import { expect, it } from 'vitest'
import { Peer } from './peer.js'

/** A program that says it is ready, then answers requests with themselves, but not the word "wait". */
const echo = `
  console.log('{"ready": true}')
  require('readline').createInterface(process.stdin).on('line', line => line === '"wait"' || console.log(line))
`

async function started(): Promise<Peer> {
  const outcome = await Peer.start('the echo', process.execPath, ['-e', echo], { cwd: '.' })
  if ('skipped' in outcome) throw new Error(outcome.skipped)
  return outcome.peer
}

it('answers, and its peak memory is known where the system tells it', async () => {
  const peer = await started()
  expect(await peer.ask({ run: 3 })).toEqual({ run: 3 })
  if (process.platform === 'linux') expect(peer.peakMb()).toBeGreaterThan(10)
  peer.close()
})

it('is ended when it does not answer in time', async () => {
  const peer = await started()
  await expect(peer.ask('wait', 100)).rejects.toThrow(/the echo ended: TimeoutError: no answer within/)
})

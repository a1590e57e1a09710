// Has numbers doubled as an action has its jobs done, and prints what came of it as one document:
// node ask.mjs '{"queue":…,"store":…,"numbers":[…],"size":…,"ms":…}'. SIGINT takes back what is asked; one that is held asks
// at SIGUSR2.
import { once } from 'node:events'
import { openEngine } from '../../../dist/actions/open-engine.js'
import { getResult } from '../../../dist/jobs/index.js'
import { jobKinds } from './kinds.mjs'

const question = JSON.parse(process.argv[2])
const { queue, store: folder, numbers, size, places, kind = 'doubled', ms = 0, deadly, refused } = question
const { held, isTaken } = question
const controller = new AbortController()
process.once('SIGINT', () => controller.abort())
const { signal } = controller
const progress = event => {
  if (event.kind === 'notice') console.error(event.message)
  if (event.kind === 'advance') console.error(`${event.task} ${event.done}/${event.total}`)
}
const kinds = { table: jobKinds, module: new URL('./kinds.mjs', import.meta.url) }

function* jobs() {
  for (let i = 0; i < numbers.length; i += size)
    yield {
      kind,
      asked: { numbers: numbers.slice(i, i + size), ms, deadly, refused, held },
      place: null,
    }
}

const told = { values: [], failures: [], recalled: 0 }
let opened
try {
  opened = await openEngine({ queue, store: folder, places, kinds, progress, signal })
  if (question.isHeld) {
    const begin = once(process, 'SIGUSR2')
    console.error('held')
    await begin
  }
  const start = performance.now()
  for await (const outcome of opened.engine.run(jobs(), { progress, signal })) {
    const { key, failure, isRecalled } = outcome
    if (failure) told.failures.push(failure)
    else if (size > 0)
      told.values.push(...JSON.parse(Buffer.from(await getResult(opened.store, key)).toString()))
    if (isTaken) await opened.engine.discard(outcome)
    if (isRecalled) told.recalled++
  }
  told.seconds = (performance.now() - start) / 1000
} catch ({ code, message }) {
  told.thrown = { code, message }
} finally {
  await opened?.close()
}
console.log(JSON.stringify(told))

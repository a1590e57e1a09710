// `node studio-jobs.mjs PLACES KIND OPTIONS`: opens the jobs of a workspace and starts one; says all that changes, a line each.
import { Jobs } from '../../dist/studio/jobs/index.js'

const [places, kind, options] = process.argv.slice(2)
const jobs = await Jobs.open(JSON.parse(places))
jobs.onChange(job => process.stdout.write(`${JSON.stringify(job)}\n`))
await jobs.start(kind, JSON.parse(options))

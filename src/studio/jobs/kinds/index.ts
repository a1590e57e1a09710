import type { JobKind } from '../../api/jobs.js'
import { doctorKind } from './doctor.js'
import { addressesKind, archiveKind, collectKind, demoDataKind, lfwKind } from './gathering.js'
import type { DoWork, JobOptions, Kind } from './kind.js'
import { compareKind, evaluateKind, findRateKind, morePhotosKind } from './looking.js'
import { appKind, exportKind } from './shipping.js'
import { trainKind } from './training.js'

export type { JobResult } from './kind.js'

/** To add one: its name in `jobKinds`, its line here, and a file that says what its options are and does the work. */
const kinds: Readonly<Record<JobKind, Kind>> = {
  collect: collectKind,
  addresses: addressesKind,
  lfw: lfwKind,
  archive: archiveKind,
  'demo-data': demoDataKind,
  train: trainKind,
  evaluate: evaluateKind,
  compare: compareKind,
  'find-rate': findRateKind,
  'more-photos': morePhotosKind,
  doctor: doctorKind,
  app: appKind,
  export: exportKind,
}

export const kindNamed = (name: JobKind): Kind => kinds[name]

/** What does the work of a kind. */
export function workOf(name: JobKind): Promise<DoWork<JobOptions>> {
  return kinds[name].load()
}

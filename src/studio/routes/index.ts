import type { Studio, StudioApp } from '../studio.js'
import { addressesRoutes } from './addresses.js'
import { compareRoutes } from './compare.js'
import { editsRoutes } from './edits.js'
import { eventsRoutes } from './events.js'
import { findingsRoutes } from './findings.js'
import { jobsRoutes } from './jobs.js'
import { photosRoutes } from './photos.js'
import { runsRoutes } from './runs.js'
import { shipRoutes } from './ship.js'
import { stateRoutes } from './state.js'
import { uploadRoutes } from './upload.js'

/** All that the studio answers beside its page. */
export const routes: readonly ((app: StudioApp, studio: Studio) => void)[] = [
  stateRoutes,
  eventsRoutes,
  photosRoutes,
  editsRoutes,
  findingsRoutes,
  jobsRoutes,
  uploadRoutes,
  addressesRoutes,
  runsRoutes,
  compareRoutes,
  shipRoutes,
]

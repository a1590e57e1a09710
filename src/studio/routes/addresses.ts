import type { Studio, StudioApp } from '../studio.js'

export function addressesRoutes(_app: StudioApp, _studio: Studio): void {}

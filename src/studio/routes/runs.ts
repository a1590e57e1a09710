import type { Studio, StudioApp } from '../studio.js'

export function runsRoutes(_app: StudioApp, _studio: Studio): void {}

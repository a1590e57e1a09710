import type { Studio, StudioApp } from '../studio.js'

export function findingsRoutes(_app: StudioApp, _studio: Studio): void {}

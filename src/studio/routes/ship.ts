import type { Studio, StudioApp } from '../studio.js'

export function shipRoutes(_app: StudioApp, _studio: Studio): void {}

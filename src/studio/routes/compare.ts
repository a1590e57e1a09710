import type { Studio, StudioApp } from '../studio.js'

export function compareRoutes(_app: StudioApp, _studio: Studio): void {}

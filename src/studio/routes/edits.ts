import type { Studio, StudioApp } from '../studio.js'

export function editsRoutes(_app: StudioApp, _studio: Studio): void {}

import type { Studio, StudioApp } from '../studio.js'

export function uploadRoutes(_app: StudioApp, _studio: Studio): void {}

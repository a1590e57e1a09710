import type { Studio, StudioApp } from '../studio.js'

export function photosRoutes(_app: StudioApp, _studio: Studio): void {}

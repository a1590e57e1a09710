export { openInBrowser } from './open-in-browser.js'
export { runStudio, type StudioOptions, type StudioStarted } from './run-studio.js'

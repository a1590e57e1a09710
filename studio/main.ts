import 'virtual:palette.css'
import './styles/base.css'
import './styles/controls.css'
import './styles/shell.css'
import { askForPlace } from './api/ahead.js'
import { hasToken, takeToken } from './api/token.js'
import { routeOf } from './shell/address.js'
import { restoreTheme } from './shell/kept-theme.js'
import { loadRoom } from './shell/rooms.js'

// Small, so that it runs first: the server lists photos while the rest is read.
restoreTheme()
takeToken()
const { place } = routeOf(location.hash)
if (hasToken()) askForPlace(place)
// Whoever enters the place hears of a failure.
loadRoom(place).catch(() => undefined)
void import('./shell/start.js')

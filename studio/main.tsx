import { createRoot } from 'react-dom/client'
import 'virtual:palette.css'
import './styles/base.css'
import './styles/controls.css'
import './styles/shell.css'
import { App } from './shell/app.js'
import { restoreTheme } from './shell/theme.js'

restoreTheme()
const root = document.getElementById('root')
if (root) createRoot(root).render(<App />)

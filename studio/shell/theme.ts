import { useState } from 'react'
import { chosenTheme, keepTheme, type Theme } from './kept-theme.js'

export { type Theme, themes } from './kept-theme.js'

export function useTheme(): readonly [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(chosenTheme)
  const choose = (next: Theme) => {
    keepTheme(next)
    setTheme(next)
  }
  return [theme, choose]
}

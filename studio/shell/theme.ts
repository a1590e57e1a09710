import { useState } from 'react'

/** `system`: as the device says. */
export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

const KEY = 'chiquito-theme'

/** What was chosen in this browser earlier. */
export function restoreTheme(): void {
  show(chosen())
}

export function useTheme(): readonly [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(chosen)
  const choose = (next: Theme) => {
    localStorage.setItem(KEY, next)
    show(next)
    setTheme(next)
  }
  return [theme, choose]
}

function chosen(): Theme {
  const kept = localStorage.getItem(KEY)
  return themes.find(theme => theme === kept) ?? 'system'
}

function show(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
}

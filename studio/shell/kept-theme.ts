/** `system`: as the device says. */
export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

const KEY = 'chiquito-theme'

/** Shows what was chosen in this browser earlier. */
export function restoreTheme(): void {
  show(chosenTheme())
}

export function chosenTheme(): Theme {
  const kept = localStorage.getItem(KEY)
  return themes.find(theme => theme === kept) ?? 'system'
}

/** Shows a theme and keeps it in this browser. */
export function keepTheme(theme: Theme): void {
  localStorage.setItem(KEY, theme)
  show(theme)
}

function show(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
}

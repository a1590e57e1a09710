/** The colours of charts and page. Text colours have a contrast of at least 4.5 to 1 on the paper. */
export interface Palette {
  readonly paper: string
  readonly card: string
  readonly ink: string
  readonly muted: string
  readonly line: string
  readonly train: string
  readonly valid: string
  readonly right: string
  readonly wrong: string
  readonly warn: string
}

export const light: Palette = {
  paper: '#fbfaf7',
  card: '#ffffff',
  ink: '#211f1b',
  muted: '#69645b',
  line: '#e3ded4',
  train: '#b4501c',
  valid: '#1f5fa6',
  right: '#17724f',
  wrong: '#b8352a',
  warn: '#a86a00',
}

export const dark: Palette = {
  paper: '#171613',
  card: '#201e1b',
  ink: '#ece7dd',
  muted: '#a59e92',
  line: '#3a3731',
  train: '#f0955c',
  valid: '#7fb5ef',
  right: '#5fc79c',
  wrong: '#f28472',
  warn: '#e0b050',
}

/** The palette of a page, whose style sheet says which colours these are. */
export const page: Palette = {
  paper: 'var(--paper)',
  card: 'var(--card)',
  ink: 'var(--ink)',
  muted: 'var(--muted)',
  line: 'var(--line)',
  train: 'var(--train)',
  valid: 'var(--valid)',
  right: 'var(--right)',
  wrong: 'var(--wrong)',
  warn: 'var(--warn)',
}

/** The palette as CSS declarations. */
export function declarations(palette: Palette): string {
  return Object.entries(palette)
    .map(([name, colour]) => `--${name}: ${colour};`)
    .join(' ')
}

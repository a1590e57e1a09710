import { useMemo } from 'react'
import { useLanguage } from '../words/index.js'

/** Figures as the language writes them. */
export interface Figures {
  /** 97 %, or 97.4 % with a digit more. */
  readonly percent: (share: number, digits?: number) => string
  /** 83 to 99 % */
  readonly range: (interval: readonly [number, number]) => string
  readonly count: (count: number) => string
  readonly number: (value: number, digits: number) => string
}

export function useFigures(): Figures {
  const { language } = useLanguage()
  return useMemo(() => figuresIn(language), [language])
}

const to = { en: 'to', es: 'a' } as const

export function figuresIn(language: 'en' | 'es'): Figures {
  const number = (value: number, digits: number) =>
    new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(
      value,
    )
  // A space before the sign that no line is broken at, as both languages' style guides have it.
  const percent = (share: number, digits = 0) => `${number(100 * share, digits)}\u00a0%`
  return {
    percent,
    number,
    count: count => number(count, 0),
    range: ([low, high]) => `${number(100 * low, 0)} ${to[language]} ${percent(high)}`,
  }
}

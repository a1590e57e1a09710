import { createContext, type ReactNode, useContext, useEffect, useState } from 'react'
import { I18nProvider } from 'react-aria-components'
import { en, type Words } from './en.js'
import { es } from './es.js'

const catalogue = { en, es } as const
export type Language = keyof typeof catalogue

const KEY = 'chiquito-language'

interface Spoken {
  readonly language: Language
  readonly choose: (language: Language) => void
}

const SpokenContext = createContext<Spoken>({ language: 'en', choose: () => undefined })

/** Speaks the language chosen in this browser, or the browser's own where we know it. */
export function WordsProvider({ children }: { readonly children: ReactNode }) {
  const [language, setLanguage] = useState(firstLanguage)
  const choose = (next: Language) => {
    localStorage.setItem(KEY, next)
    setLanguage(next)
  }
  useEffect(() => {
    document.documentElement.lang = language
  }, [language])
  return (
    <SpokenContext value={{ language, choose }}>
      <I18nProvider locale={language}>{children}</I18nProvider>
    </SpokenContext>
  )
}

export function useLanguage(): Spoken {
  return useContext(SpokenContext)
}

/** All that the page says, in the language that is spoken. */
export function useWords(): Words {
  return catalogue[useLanguage().language]
}

function firstLanguage(): Language {
  const wanted = [localStorage.getItem(KEY) ?? '', ...navigator.languages]
  for (const tag of wanted) {
    const [language] = tag.toLowerCase().split('-')
    if (language === 'en' || language === 'es') return language
  }
  return 'en'
}

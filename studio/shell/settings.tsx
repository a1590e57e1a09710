import { Label, Radio, RadioGroup } from 'react-aria-components'
import { type Language, useLanguage, useWords } from '../words/index.js'
import { type Theme, themes, useTheme } from './theme.js'

const languages: Readonly<Record<Language, string>> = { en: 'English', es: 'Español' }

/** Theme and language, kept in this browser. */
export function Settings() {
  const { shell: words } = useWords()
  const [theme, setTheme] = useTheme()
  const { language, choose } = useLanguage()
  return (
    <div className="settings">
      <RadioGroup value={theme} onChange={value => setTheme(oneOf(themes, value))}>
        <Label>{words.theme}</Label>
        {themes.map((one: Theme) => (
          <Radio key={one} value={one}>
            {words.themes[one]}
          </Radio>
        ))}
      </RadioGroup>
      <RadioGroup value={language} onChange={value => choose(value === 'es' ? 'es' : 'en')}>
        <Label>{words.language}</Label>
        {Object.entries(languages).map(([one, name]) => (
          <Radio key={one} value={one} lang={one}>
            {name}
          </Radio>
        ))}
      </RadioGroup>
    </div>
  )
}

function oneOf<T extends string>(all: readonly T[], value: string): T {
  return all.find(one => one === value) ?? all[0]
}

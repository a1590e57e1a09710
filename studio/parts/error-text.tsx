import type { Said } from '../../src/core/error.js'
import { useLanguage } from '../words/index.js'
import { isWhole, problemIn } from '../words/problems.js'
import { saidIn } from '../words/said.js'

/** Something that went wrong, with a code where whoever says it has one. */
export interface Trouble {
  /** Of whom or what it is said, in the page's own words. */
  readonly intro?: string
  readonly message: string
  /** Of a request. */
  readonly kind?: string
  /** Of work. */
  readonly code?: string
  /** The message as a code. */
  readonly said?: Said | undefined
}

/** What went wrong: in the page's language as far as that is known, and in the server's words, which say what to do. */
export function ErrorText({ error }: { readonly error: Trouble }) {
  const { language } = useLanguage()
  const own = problemIn(language, error.kind ?? error.code)
  const whole = saidIn(language, error.said)
  return (
    <>
      {error.intro !== undefined && `${error.intro}: `}
      {whole ?? (
        <>
          {own !== undefined && `${own} `}
          {(own === undefined || !isWhole(error.kind)) && <Machine text={error.message} />}
        </>
      )}
    </>
  )
}

/** What the program says in English, whatever the page speaks: marked, so that it is read aloud as such. */
export function Machine({ text }: { readonly text: string }) {
  const { language } = useLanguage()
  return language === 'en' ? text : <span lang="en">{text}</span>
}

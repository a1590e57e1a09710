import type { FindingAnswer } from '../../../src/studio/api/findings.js'
import { findingIn } from '../../words/findings.js'
import { useLanguage } from '../../words/index.js'

/** What was found, in a sentence. */
export function FindingText({ finding }: { readonly finding: Pick<FindingAnswer, 'message' | 'said'> }) {
  const { language } = useLanguage()
  const said = findingIn(language, finding)
  return <p lang={said.language === language ? undefined : said.language}>{said.text}</p>
}

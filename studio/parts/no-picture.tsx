import { useWords } from '../words/index.js'
import { Icon } from './icon.js'

/** In the place of a picture that nobody can read; with an empty `alt`, of one that its surroundings describe. */
export function NoPicture({ className, alt }: { readonly className: string; readonly alt: string }) {
  const { shell: words } = useWords()
  return (
    <span className={`${className} no-picture`} title={words.noPicture} aria-hidden={alt === ''}>
      <Icon name="warn" />
      {alt !== '' && <span className="unseen">{alt}: </span>}
      <span className="no-picture-words">{words.noPicture}</span>
    </span>
  )
}

/** What the server answers where a file is no photo. */
const UNREADABLE = 422

/** Whether it is the photo's fault that a browser could not show what is at an address, and not that of a server that is away. */
export async function isNoPicture(source: string): Promise<boolean> {
  const answer = await fetch(source).catch(() => undefined)
  return answer !== undefined && (answer.ok || answer.status === UNREADABLE)
}

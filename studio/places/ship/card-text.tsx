import Markdown from 'react-markdown'
import remarkGfm from 'remark-gfm'

/** Its lines for the Hugging Face Hub are for programs. */
const frontMatter = /^---\n[\s\S]*?\n---\n/

/** A card's headings stand below the page's own. */
const components = { h1: 'h3', h2: 'h4', h3: 'h5' } as const

/** Markdown as elements: HTML in it, such as a class that is called so, stays text. */
export default function CardText({ text }: { readonly text: string }) {
  return (
    // It is written by the training, in English.
    <div className="card-text" lang="en">
      <Markdown remarkPlugins={[remarkGfm]} components={components}>
        {text.replace(frontMatter, '')}
      </Markdown>
    </div>
  )
}

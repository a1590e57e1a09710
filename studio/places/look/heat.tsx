import { useState } from 'react'
import { useWords } from '../../words/index.js'

/** What spoke for the answer and what against it; drawn when it is asked for the first time, which takes a moment. */
export function Heat({ run, id }: { readonly run: string; readonly id: string }) {
  const { look: words } = useWords()
  const [state, setState] = useState<'loading' | 'there' | 'failed'>('loading')
  return (
    <figure className="look-heat">
      {state === 'loading' && (
        <p className="loading" role="status">
          {words.whyLoading}
        </p>
      )}
      {state === 'failed' && <p role="alert">{words.whyFailed}</p>}
      <img
        src={`/api/runs/${encodeURIComponent(run)}/photos/${id}/heat`}
        alt={words.why}
        hidden={state !== 'there'}
        onLoad={() => setState('there')}
        onError={() => setState('failed')}
      />
      {state === 'there' && <figcaption className="muted">{words.whyHint}</figcaption>}
    </figure>
  )
}

import { readFile } from 'node:fs/promises'
import { collectSources } from '../../actions/collect-sources.js'
import { unseenSamples } from '../../actions/demo-photos.js'
import { ProblemError, safeHeaders } from '../../serve/index.js'
import type { SamplesAnswer, SourcesAnswer } from '../api/addresses.js'
import { json } from '../http/index.js'
import type { Studio, StudioApp } from '../studio.js'

/** Where photos can come from, and pictures to try a first model with. */
export function addressesRoutes(app: StudioApp, { workspace }: Studio): void {
  app.get('/api/sources', () => json({ sources: collectSources() } satisfies SourcesAnswer))
  app.get('/api/samples', async () => {
    const samples = await unseenSamples(workspace.home)
    return json({ samples: samples.map(({ name, label }) => ({ name, label })) } satisfies SamplesAnswer)
  })
  app.get('/samples/:name', async c => {
    const name = c.req.param('name')
    const sample = (await unseenSamples(workspace.home)).find(one => one.name === name)
    if (sample === undefined)
      throw new ProblemError('not-found', 'There is no such picture. Load the page again.')
    const bytes = await readFile(sample.path)
    return new Response(bytes, { headers: { ...safeHeaders, 'content-type': 'image/webp' } })
  })
}

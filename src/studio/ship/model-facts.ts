import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { subjectOf } from '../../app/index.js'
import { readModelFile } from '../../onnx/index.js'
import { parseModelMetadata, thresholdIn } from '../../run/index.js'
import type { ModelAnswer } from '../api/ship.js'
import type { Workspace } from '../workspace.js'
import { appOf } from './made-app.js'

export const CARD = 'MODEL_CARD.md'

/** What is known of a run's model and of what was made of it. @throws `io`, `model` */
export async function modelFacts(id: string, workspace: Workspace): Promise<ModelAnswer> {
  const folder = join(workspace.runs, id)
  const file = join(folder, 'model.onnx')
  const { metadata, producer } = await readModelFile(file)
  const facts = parseModelMetadata(metadata, file, producer)
  return {
    id,
    labels: facts.labels,
    subject: subjectOf(facts.labels),
    view: facts.view,
    threshold: thresholdIn(facts) ?? null,
    bytes: (await stat(file)).size,
    hasCard: (await stat(join(folder, CARD)).catch(() => undefined))?.isFile() ?? false,
    folder,
    app: await appOf(id, workspace),
  }
}

import { createHash } from 'node:crypto'
import type { Backbone, Preprocessing } from '../backbone.js'
import { findingsBeside } from './beside.js'
import type { ConfigFinding } from './configs.js'
import type { PreprocessingOptions } from './given.js'
import { isSame } from './preprocessing.js'
import { resolvePreprocessing } from './resolve.js'

/** What is known of how photos were prepared when the weights were trained. */
interface Known {
  readonly preprocessing?: PreprocessingOptions | undefined
  readonly recorded?: { readonly preprocessing: Preprocessing } | undefined
}

/**
 * A network of our own over weights from a file, with photos prepared as these were trained: as options say, as what lies
 * beside the file says of this network, or as the network's usual.
 */
export async function preparedAsWeights(
  backbone: Backbone,
  file: string,
  { preprocessing: given, recorded }: Known,
): Promise<Backbone> {
  if (recorded) return withPreprocessing(backbone, recorded.preprocessing)
  const stated = (await findingsBeside(file)).filter(finding => isOf(finding, backbone.name))
  const { preprocessing, notice } = resolvePreprocessing({
    file,
    given,
    stated,
    usual: { preprocessing: backbone.preprocessing, name: `${backbone.name}'s own` },
  })
  if (isSame(preprocessing, backbone.preprocessing)) return backbone
  return {
    ...withPreprocessing(backbone, preprocessing),
    notices: [...(backbone.notices ?? []), notice],
  }
}

/** timm's configurations name their network. */
function isOf({ architecture }: ConfigFinding, name: string): boolean {
  return architecture === undefined || architecture.split('.')[0].replaceAll('_', '-') === name
}

/** Another preprocessing is another backbone: its features differ. */
function withPreprocessing(backbone: Backbone, preprocessing: Preprocessing): Backbone {
  const { mean, std, channels = 'rgb' } = preprocessing
  const own = backbone.preprocessing
  const isOwn =
    JSON.stringify([mean, std, channels]) === JSON.stringify([own.mean, own.std, own.channels ?? 'rgb'])
  if (isOwn) return backbone
  const id = createHash('sha256')
    .update(JSON.stringify([backbone.id, mean, std, channels]))
    .digest('hex')
  return { ...backbone, preprocessing, id }
}

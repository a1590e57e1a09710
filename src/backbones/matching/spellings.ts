/** Names that a program gives the tensors of a network, where they are not those of its authors. */
export interface Spelling {
  /** Whose it is, for a notice. */
  readonly name: string
  /** Ends of names by which it is known. */
  readonly anchors: readonly string[]
  /** A tensor's name as the network knows it; undefined for one that it does not have. */
  readonly toOwn: (name: string) => string | undefined
}

/** The parts of torchvision's ResNet in order, as a Sequential of its children numbers them: fastai's body. */
const children: readonly (string | undefined)[] = [
  'conv1',
  'bn1',
  undefined,
  undefined,
  'layer1',
  'layer2',
  'layer3',
  'layer4',
]

const numbered: Spelling = {
  name: "fastai's numbers",
  anchors: ['0.weight'],
  toOwn(name) {
    const [, number = '', rest = ''] = /^(\d)\.(.+)$/s.exec(name) ?? []
    const part = children[Number(number)]
    return number === '' || part === undefined ? undefined : `${part}.${rest}`
  },
}

const transformers: Spelling = {
  name: "transformers' names",
  anchors: ['embedder.embedder.convolution.weight'],
  toOwn(name) {
    const [, stem, part] = /^embedder\.embedder\.(convolution|normalization)\.(.+)$/s.exec(name) ?? []
    if (part !== undefined) return `${stem === 'convolution' ? 'conv1' : 'bn1'}.${part}`
    const block = /^encoder\.stages\.(\d)\.layers\.(\d+)\.(.+)$/s.exec(name)
    if (!block) return undefined
    const [, stage, number, rest] = block
    const inner = insideBlock(rest)
    return inner && `layer${Number(stage) + 1}.${number}.${inner}`
  },
}

function insideBlock(rest: string): string | undefined {
  const [, shortcut, kind, part] = /^shortcut(\.)(convolution|normalization)\.(.+)$/s.exec(rest) ?? []
  if (shortcut) return `downsample.${kind === 'convolution' ? 0 : 1}.${part}`
  const [, number, layer, end] = /^layer\.(\d)\.(convolution|normalization)\.(.+)$/s.exec(rest) ?? []
  return end && `${layer === 'convolution' ? 'conv' : 'bn'}${Number(number) + 1}.${end}`
}

/** Other spellings of the tensors of ResNets. */
export const resNetSpellings: readonly Spelling[] = [numbered, transformers]

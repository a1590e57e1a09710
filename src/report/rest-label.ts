/** What people call the class of everything else. */
const names = new Set(['not', 'no', 'other', 'others', 'none'])

/** The label that stands for everything else, where there is one. */
export function restLabel(labels: readonly string[]): string | undefined {
  return labels.find(label => names.has(label.toLowerCase()))
}

/** Columns that belong together, and how much they count beside the others. */
export interface Block {
  readonly from: number
  readonly to: number
  /** Factor on the variance of each column. */
  readonly weight: number
}

/** An affine change of columns: `(x - mean) * scale`; a scale of 0 takes a column out. */
export interface Standardization {
  readonly mean: Float32Array
  readonly scale: Float32Array
}

/** A column whose deviation is below this part of the largest is constant for all we can tell. */
const negligible = 1e-6

/**
 * The change that gives each column of the blocks mean 0 and variance `weight` over rows [rows, width], and takes other
 * columns out. Columns from `used` on are not looked at. Constant columns are taken out, too.
 */
export function standardization(
  rows: Float32Array,
  width: number,
  used: number,
  blocks: readonly Block[],
): Standardization {
  const count = rows.length / width
  const mean = new Float32Array(used)
  const scale = new Float32Array(used)
  const deviations = new Float64Array(used)
  for (let j = 0; j < used; j++) {
    let sum = 0
    for (let i = j; i < rows.length; i += width) sum += rows[i]
    const centre = sum / count
    let squares = 0
    for (let i = j; i < rows.length; i += width) squares += (rows[i] - centre) ** 2
    mean[j] = centre
    deviations[j] = Math.sqrt(squares / count)
  }
  const least = negligible * deviations.reduce((most, x) => Math.max(most, x), 0)
  for (const { from, to, weight } of blocks)
    for (let j = from; j < to; j++) if (deviations[j] > least) scale[j] = Math.sqrt(weight) / deviations[j]
  return { mean, scale }
}

/**
 * Writes rows after the change, with the columns of scale 0 left out, into `out` [rows, kept columns]. The rows given
 * may be wider than the change: further columns are left out.
 */
export function standardizeInto(
  out: Float32Array,
  rows: Float32Array,
  width: number,
  { mean, scale }: Standardization,
): void {
  const kept = keptColumns(scale)
  const count = rows.length / width
  for (let i = 0; i < count; i++)
    for (let k = 0; k < kept.length; k++) {
      const j = kept[k]
      out[i * kept.length + k] = (rows[i * width + j] - mean[j]) * scale[j]
    }
}

/** The columns that a change keeps. */
export function keptColumns(scale: Float32Array): number[] {
  return Array.from(scale.keys()).filter(j => scale[j] > 0)
}

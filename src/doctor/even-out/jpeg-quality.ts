/** Luminance table for quality 50 (ITU-T T.81, table K.1), as libjpeg scales it. */
const base = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22,
  29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103,
  121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
]

/** Mean of the luminance table of each quality from 1 to 100 (`jpeg_quality_scaling` of libjpeg). */
const means = Array.from({ length: 100 }, (_, i) => {
  const quality = i + 1
  const scale = quality < 50 ? Math.floor(5000 / quality) : 200 - 2 * quality
  const table = base.map(value => Math.min(255, Math.max(1, Math.floor((value * scale + 50) / 100))))
  return table.reduce((sum, value) => sum + value, 0) / table.length
})

/**
 * The quality, 1 to 100, at which libjpeg would compress as much as a JPEG's table does: the lowest whose table is at least as
 * fine on average.
 *
 * @param quantisation - mean of its luminance table; null for a format that is not lossy, which counts as 100
 */
export function qualityOf(quantisation: number | null): number {
  if (quantisation === null) return 100
  const quality = means.findIndex(mean => mean <= quantisation + 0.01)
  return quality < 0 ? 100 : quality + 1
}

// Reads an emoji package (Iconify's JSON form) and gives its drawings as SVG.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { z } from 'zod'

const size = { left: z.number().optional(), top: z.number().optional() }
const extent = { width: z.number().optional(), height: z.number().optional() }
const setSchema = z.object({
  icons: z.record(z.string(), z.object({ body: z.string(), ...size, ...extent })),
  aliases: z.record(z.string(), z.object({ parent: z.string() })).optional(),
  ...extent,
})

export interface IconSet {
  readonly version: string
  /** The drawing as a square SVG of so many pixels; throws where the set has none of that name. */
  svg(name: string, pixels: number): string
}

/** Opens an installed package. */
export function openIconSet(packageName: string): IconSet {
  const require = createRequire(import.meta.url)
  const read = (file: string): unknown =>
    JSON.parse(readFileSync(require.resolve(`${packageName}/${file}`), 'utf8'))
  const set = setSchema.parse(read('icons.json'))
  const { version } = z.object({ version: z.string() }).parse(read('package.json'))
  return {
    version,
    svg(name, pixels) {
      const icon = set.icons[name] ?? set.icons[set.aliases?.[name]?.parent ?? '']
      if (!icon) throw new Error(`${packageName} ${version} has no ${name}; drop it from pictures.ts.`)
      // Iconify's own defaults: origin 0 and 16 units wide and high, unless the icon or the set says otherwise.
      const width = icon.width ?? set.width ?? 16
      const height = icon.height ?? set.height ?? 16
      const box = [icon.left ?? 0, icon.top ?? 0, width, height].join(' ')
      const spaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
      return `<svg ${spaces} viewBox="${box}" width="${pixels}" height="${pixels}">${icon.body}</svg>`
    },
  }
}

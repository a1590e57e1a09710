// Builds the page of `chiquito studio` into dist/studio-page: the shell at once, each place when it is gone to.
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'vite'

const PALETTE = 'virtual:palette.css'

/** @param {string} root of the checkout, whose dist/ is built */
export async function buildStudio(root) {
  await build({
    configFile: false,
    root: path.join(root, 'studio'),
    logLevel: 'warn',
    plugins: [await palette(root), startAhead],
    build: {
      target: 'es2022',
      outDir: path.join(root, 'dist/studio-page'),
      emptyOutDir: true,
      modulePreload: { polyfill: false },
      // No data: addresses in style sheets and scripts: each file is one that the server gives.
      assetsInlineLimit: 0,
      rolldownOptions: {
        // "use client" is for servers that render, of which there is none.
        onLog: (level, log, handle) => log.code !== 'MODULE_LEVEL_DIRECTIVE' && handle(level, log),
      },
    },
  })
}

/** The first script loads all others: the page says at once what most of them are. */
const startAhead = {
  name: 'start-ahead',
  transformIndexHtml: {
    order: 'post',
    handler: (_html, { bundle = {} }) => {
      const chunks = Object.values(bundle).filter(({ type }) => type === 'chunk')
      const start = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith('/shell/start.tsx'))
      if (start === undefined) throw new Error('The page of the studio has no script that starts it')
      const needed = new Set([start.fileName])
      for (const name of needed) for (const next of bundle[name].imports) needed.add(next)
      return [...needed].map(name => ({
        tag: 'link',
        attrs: { rel: 'modulepreload', crossorigin: true, href: `/${name}` },
        injectTo: 'head',
      }))
    },
  },
}

/** The colours of src/palette as a style sheet, for both themes. */
async function palette(root) {
  const file = path.join(root, 'dist/palette/index.js')
  const { dark, declarations, light } = await import(pathToFileURL(file).href)
  const text = `:root { color-scheme: light; ${declarations(light)} }
@media (prefers-color-scheme: dark) { :root { color-scheme: dark; ${declarations(dark)} } }
:root[data-theme=light] { color-scheme: light; ${declarations(light)} }
:root[data-theme=dark] { color-scheme: dark; ${declarations(dark)} }
`
  return {
    name: 'palette',
    resolveId: id => (id === PALETTE ? `\0${PALETTE}` : undefined),
    load: id => (id === `\0${PALETTE}` ? text : undefined),
  }
}

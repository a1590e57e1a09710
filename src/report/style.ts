import { dark, declarations, light } from '../palette/index.js'

/** The page's style sheet. Colours come from the palettes; the rest is layout. */
export const styleSheet = `
:root { color-scheme: light dark; ${declarations(light)} --tint: 42%; }
@media (prefers-color-scheme: dark) { :root { ${declarations(dark)} --tint: 36%; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
body {
  margin: 0 auto; max-width: 1180px; padding: clamp(20px, 4vw, 56px) clamp(16px, 4vw, 48px);
  background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif;
  overflow-wrap: break-word;
}
h1, h2, h3 { line-height: 1.2; text-wrap: balance; letter-spacing: -0.01em; }
h1 { font-size: clamp(1.6rem, 3.6vw, 2.2rem); margin: 0.1em 0 0.7em; font-weight: 700; overflow-wrap: anywhere; }
h2 { font-size: 1.55rem; margin: 0 0 0.4em; }
h3 { font-size: 1.08rem; margin: 2.2em 0 0.5em; overflow-wrap: anywhere; }
p { margin: 0 0 0.9em; max-width: 68ch; }
a { color: var(--valid); text-underline-offset: 0.15em; }
:focus-visible { outline: 2px solid var(--valid); outline-offset: 2px; }
small { font-size: 0.82em; color: var(--muted); }
code, pre { font-family: ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace; }
code { font-size: 0.88em; }
.path { overflow-wrap: anywhere; }
pre {
  margin: 0 0 1.2em; padding: 0.8em 1em; background: var(--card);
  border: 1px solid var(--line); border-radius: 8px; line-height: 1.45; white-space: pre-wrap; overflow-wrap: anywhere;
}
section { margin-top: 3.6rem; padding-top: 2.2rem; border-top: 1px solid var(--line); }
.lead, .empty, figcaption { color: var(--muted); }
.lead { font-size: 1.02rem; margin-bottom: 1.4em; }
.kicker { margin: 0; color: var(--muted); font-size: 0.88rem; letter-spacing: 0.02em; }

.verdict { max-width: 720px; }
.score { margin: 0; font-size: clamp(1.1rem, 2.6vw, 1.35rem); line-height: 1.1; }
.score strong {
  font-size: clamp(2.8rem, 9vw, 4.6rem); font-weight: 750; letter-spacing: -0.03em; margin-right: 0.12em;
  font-variant-numeric: tabular-nums;
}
.sure { margin: 0 0 0.7em; }
.notes { margin: 0 0 1.4em; padding: 0; list-style: none; color: var(--muted); }
.scroll tr.warned > * { color: var(--wrong); }
.strip { position: relative; height: 10px; margin: 2.1rem 0 2.1rem; border-radius: 5px; background: var(--line); }
.strip .band { position: absolute; top: 0; bottom: 0; border-radius: 5px; background: var(--valid); opacity: 0.5; }
.strip .dot {
  position: absolute; top: -4px; width: 18px; height: 18px; margin-left: -9px; border-radius: 50%;
  background: var(--valid); border: 3px solid var(--paper);
}
.strip .guess { position: absolute; top: -3px; bottom: -3px; width: 2px; margin-left: -1px; background: var(--muted); }
.strip .guess i { position: absolute; bottom: 100%; left: 50%; transform: translateX(-50%); }
.strip i, .strip b { font: 0.8rem/1.6 inherit; font-size: 0.8rem; font-style: normal; font-weight: 400; color: var(--muted); }
.strip b { position: absolute; top: 14px; }
.strip .low { left: 0; }
.strip .high { right: 0; }
.beware {
  margin: 0 0 1.6em; padding: 1em 1.2em 0.4em; max-width: 820px; border-radius: 10px;
  background: color-mix(in srgb, var(--warn) 13%, var(--paper)); border-left: 4px solid var(--warn);
}
.beware h2 { font-size: 1.02rem; }
.beware ul { margin: 0 0 0.5em; padding-left: 1.2em; }
.beware li { margin-bottom: 0.25em; overflow-wrap: anywhere; }
.tiles { display: flex; flex-wrap: wrap; gap: 10px; margin: 0; padding: 0; list-style: none; }
.tiles li { flex: 1 1 130px; padding: 0.75em 1em; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.tiles strong { display: block; font-size: 1.35rem; font-variant-numeric: tabular-nums; white-space: nowrap; }
.tiles span { color: var(--muted); font-size: 0.85rem; }
nav { position: sticky; top: 0; z-index: 2; margin-top: 1.6rem; background: var(--paper); }
nav ul { display: flex; gap: 0.3rem 1.4rem; overflow-x: auto; margin: 0; padding: 0.7em 0; list-style: none; }
nav a { color: var(--muted); text-decoration: none; }
nav a:hover { color: var(--ink); text-decoration: underline; }
section { scroll-margin-top: 2rem; }
main > section:first-child { margin-top: 1.2rem; }

.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); gap: 1.4rem 3rem; align-items: start; margin-top: 2rem; }
.pair { display: flex; flex-wrap: wrap; gap: 0 4rem; }
.pair > *, .columns > * { min-width: 0; max-width: 100%; }
.columns h3 { margin-top: 0.4em; }
.chart { margin: 0; }
.chart svg { display: block; width: 100%; max-width: 560px; height: auto; }
.scroll { overflow-x: auto; margin: 0 0 1.6em; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 0.95rem; }
.scroll > table { min-width: min(100%, 30rem); }
caption { text-align: left; color: var(--muted); font-size: 0.85rem; padding-bottom: 0.4em; }
th, td { padding: 0.42em 1.1em 0.42em 0; text-align: left; vertical-align: baseline; border-bottom: 1px solid var(--line); }
tbody th { font-weight: 500; min-width: 8.5rem; max-width: 24rem; overflow-wrap: anywhere; }
td.text { min-width: 7rem; }
thead th { font-weight: 500; color: var(--muted); font-size: 0.85rem; white-space: nowrap; vertical-align: bottom; }
th.number, td.number { text-align: right; white-space: nowrap; }
th[title]:not([title='']) { text-decoration: underline dotted; text-underline-offset: 0.25em; cursor: help; }
th small { display: block; font-weight: 400; }
tr.total > * { border-bottom: 0; color: var(--muted); }
tr.chosen > * { background: color-mix(in srgb, var(--right) 9%, transparent); }
.badge { padding: 0.1em 0.5em; border-radius: 99px; font-size: 0.75rem; color: var(--paper); background: var(--right); }
.track { display: block; position: relative; width: 150px; height: 14px; }
.track .band { position: absolute; top: 5px; height: 4px; border-radius: 2px; background: var(--valid); opacity: 0.4; }
.track .dot { position: absolute; top: 2px; width: 10px; height: 10px; margin-left: -5px; border-radius: 50%; background: var(--valid); }

.scroll > .confusion { border-collapse: separate; border-spacing: 3px; min-width: 0; }
.confusion th, .confusion td { border: 0; padding: 0.35em 0.7em; vertical-align: middle; }
.confusion caption { padding-bottom: 0; }
.confusion tbody th { position: sticky; left: 0; z-index: 1; background: var(--paper); text-align: right; padding-left: 0; min-width: 5.6rem; max-width: 14rem; }
.confusion thead th[title] { text-decoration: none; cursor: default; }
.confusion thead th { max-width: 10rem; overflow-wrap: anywhere; text-align: center; color: var(--ink); font-size: 0.92rem; white-space: normal; }
.confusion thead .over, .confusion .corner { color: var(--muted); font-size: 0.85rem; text-align: center; }
.confusion .corner { text-align: right; vertical-align: bottom; padding-left: 0; }
.confusion .cell { min-width: 4.6rem; text-align: center; border-radius: 6px; background: var(--card); }
.cell b { display: block; font-size: 1.25rem; line-height: 1.2; }
.cell small { color: inherit; }
.pair .confusion .cell { min-width: 7rem; padding: 0.8em; }
.pair .cell b { font-size: 1.6rem; }
.cell.right { background: color-mix(in srgb, var(--right) calc(6% + var(--share) * var(--tint)), var(--card)); }
.cell.wrong { background: color-mix(in srgb, var(--wrong) calc(8% + var(--share) * var(--tint)), var(--card)); }
.cell.none b { font-weight: 400; color: var(--muted); }
.confusion.upright thead th { vertical-align: bottom; }
.confusion.upright thead th span { display: inline-block; writing-mode: vertical-rl; transform: rotate(180deg); white-space: nowrap; }
.confusion.upright .cell { width: 3rem; min-width: 3rem; padding: 0.25em 0.3em; }
.confusion.upright .cell b { font-size: 1.02rem; }
.confusion.upright .cell small { font-size: 0.7rem; }

.galleries { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 440px), 1fr)); gap: 0 2.4rem; }
.gallery h3 { margin-top: 1.2em; }
.gallery ul, .augmented { display: grid; gap: 12px; margin: 0 0 1em; padding: 0; list-style: none; }
.gallery ul { grid-template-columns: repeat(4, minmax(0, 1fr)); }
.photo, .augmented figure { margin: 0; min-width: 0; }
.photo img, .augmented img { display: block; width: 100%; aspect-ratio: 1; object-fit: cover; border-radius: 8px; background: var(--line); }
.photo.wrong img { outline: 3px solid var(--wrong); outline-offset: -3px; }
.photo .heat { margin-top: 4px; }
.photo.wrong .heat { outline: none; }
.photo figcaption { margin-top: 0.4em; font-size: 0.82rem; line-height: 1.35; }
.photo figcaption > span { display: block; }
.photo figcaption > .answer { display: flex; gap: 0.3em; color: var(--ink); white-space: nowrap; }
.answer .label { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; }
.answer b { font-variant-numeric: tabular-nums; }
.right .mark { color: var(--right); }
.wrong .mark { color: var(--wrong); }
.photo .truth { color: var(--wrong); overflow-wrap: anywhere; }
.file { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.level { height: 4px; margin: 0.25em 0; border-radius: 2px; background: var(--line); overflow: hidden; }
.level i { display: block; height: 100%; background: var(--right); }
.wrong .level i { background: var(--wrong); }
.augmented { grid-template-columns: repeat(auto-fill, minmax(min(30%, 132px), 1fr)); }
.augmented figcaption { font-size: 0.82rem; margin-top: 0.3em; }

.facts { margin: 0 0 1.4em; display: grid; gap: 0.5em; }
.facts > div { display: grid; grid-template-columns: 7.5rem minmax(0, 1fr); gap: 1rem; }
.facts dt { color: var(--muted); }
.facts dd { margin: 0; overflow-wrap: anywhere; }
details { margin: 0 0 1em; }
summary { cursor: pointer; font-weight: 500; }
.oddity { padding: 0.8em 1.1em; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.oddity p { margin: 0.5em 0; color: var(--muted); }
.oddity ul { margin: 0.5em 0 0; padding-left: 1.1em; }
.oddity li { margin-bottom: 0.3em; }
.same { color: var(--muted); }
.times { width: 100%; max-width: 720px; }
.times .level { display: table-cell; width: 50%; padding-right: 0; background: none; height: auto; }
.times .level i { height: 8px; border-radius: 4px; background: var(--valid); }
footer { margin-top: 4rem; color: var(--muted); font-size: 0.88rem; }

@media (max-width: 560px) {
  .gallery ul { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 16px 12px; }
  .facts > div { grid-template-columns: 1fr; gap: 0; }
  .confusion .cell { min-width: 3.6rem; }
  .score span { display: block; margin-top: 0.4em; }
  nav a { font-size: 0.9rem; }
  nav ul { gap: 0.3rem 1rem; }
  section { margin-top: 2.6rem; padding-top: 1.6rem; }
}
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
@media print {
  nav { display: none; }
  body { max-width: none; padding: 0; font-size: 11pt; }
  section, figure, tr, .gallery { break-inside: avoid; }
}
`

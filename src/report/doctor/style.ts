/** What the doctor's page has beside the style of every page. */
export const doctorStyle = `
.findings { display: flex; flex-wrap: wrap; gap: 14px; margin: 0 0 1.4em; padding: 0; list-style: none; }
.findings > li { padding: 10px; background: var(--card); border: 1px solid var(--line); border-radius: 10px; min-width: 0; max-width: 100%; }
.findings > .single { flex: 0 1 169px; }
.findings > .pair-of { flex: 0 1 352px; }
.findings > .group-of { flex: 1 1 100%; }
.findings > .words { flex: 1 1 100%; padding: 0.7em 1em; }
.findings > .words .says { margin: 0; }
.side { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(46%, 150px), 1fr)); gap: 10px; }
.single .side { grid-template-columns: minmax(0, 1fr); }
.pair-of .side { grid-template-columns: repeat(2, minmax(0, 1fr)); }
.seen { margin: 0; min-width: 0; }
.seen img, .missing { display: block; width: 100%; aspect-ratio: 1; object-fit: contain; border-radius: 6px; background: var(--line); }
.missing { display: grid; place-items: center; color: var(--muted); font-size: 0.82rem; }
.single .missing { aspect-ratio: auto; padding: 0.8em; }
.seen figcaption { margin-top: 0.35em; font-size: 0.78rem; line-height: 1.3; color: var(--ink); }
.seen .file { display: block; }
.says { margin: 0.6em 0 0; font-size: 0.86rem; line-height: 1.4; color: var(--muted); overflow-wrap: anywhere; }
.how { color: var(--muted); font-size: 0.9rem; }
.how p { margin: 0.5em 0 0; }
.sides { margin-top: 0.4rem; }
h4 { margin: 0 0 0.5em; font-size: 0.9rem; font-weight: 500; color: var(--muted); }
li.warned { font-weight: 600; }
.stand { margin: 0 0 1em; padding-left: 1.2em; max-width: 68ch; }
tr.warned > * { color: var(--wrong); }
tr.warned .track .dot, tr.warned .track .band { background: var(--wrong); }
nav li { white-space: nowrap; font-size: 0.92rem; }
section { scroll-margin-top: 5.5rem; }
@media (max-width: 560px) { #shortcuts :is(th, td):last-child { display: none; } #shortcuts :is(th, td) { padding-right: 0.5rem; } }
@media (min-width: 561px) { nav ul { flex-wrap: wrap; gap: 0.15rem 1.3rem; } }
tr .track { background: linear-gradient(var(--line), var(--line)) center / 100% 1px no-repeat; }
`

import { dark, declarations, light } from '../../palette/index.js'

export const styles = `
:root { color-scheme: light dark; ${declarations(light)} }
@media (prefers-color-scheme: dark) { :root { ${declarations(dark)} } }
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink); overflow-wrap: anywhere;
  font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif;
}
main { max-width: 880px; margin: 0 auto; padding: clamp(20px, 5vw, 56px) clamp(16px, 4vw, 40px); }
.kicker { margin: 0; color: var(--muted); font-size: 0.88rem; }
h1 { margin: 0.1em 0 0.3em; font-size: clamp(1.6rem, 4vw, 2.3rem); line-height: 1.15; letter-spacing: -0.01em; text-wrap: balance; }
.lead, footer, .drop span, .more { color: var(--muted); }
a { color: var(--valid); }
:focus-visible, .drop:focus-within { outline: 2px solid var(--valid); outline-offset: 2px; }
form { margin: 0 0 1.4rem; }
form label { display: block; margin-bottom: 0.3rem; }
.row { display: flex; gap: 0.6rem; }
input[type=password] { flex: 1; min-width: 0; }
input[type=password], button {
  padding: 0.55em 0.8em; border: 1px solid var(--line); border-radius: 8px; background: var(--card); color: inherit; font: inherit;
}
.drop {
  display: grid; gap: 0.2rem; place-items: center; padding: clamp(2rem, 8vw, 4rem) 1rem; text-align: center; cursor: pointer;
  border: 2px dashed var(--line); border-radius: 16px; background: var(--card); transition: border-color 0.15s;
}
.drop.over { border-color: var(--valid); }
.drop strong { font-size: 1.2rem; }
.drop input { position: absolute; width: 1px; height: 1px; opacity: 0; }
#status { min-height: 1.5em; margin: 1rem 0; }
#status.bad { color: var(--wrong); }
#answers { display: grid; gap: 14px; margin: 0 0 3rem; padding: 0; list-style: none; }
#answers li {
  display: grid; grid-template-columns: 128px 1fr; gap: 16px; align-items: start; padding: 14px;
  background: var(--card); border: 1px solid var(--line); border-radius: 14px;
}
#answers img { width: 128px; height: 128px; object-fit: cover; border-radius: 8px; background: var(--line); }
#answers h2 { margin: 0; font-size: 1.35rem; line-height: 1.2; }
.name { margin: 0 0 0.6rem; color: var(--muted); font-size: 0.88rem; }
.bar { display: grid; grid-template-columns: minmax(3.2rem, 28%) minmax(3rem, 1fr) 4rem; gap: 0.7rem; align-items: center; font-size: 0.92rem; }
.bar progress { width: 100%; height: 10px; accent-color: var(--valid); }
.bar output { text-align: right; font-variant-numeric: tabular-nums; }
.more { margin: 0.5rem 0 0; font-size: 0.88rem; }
.refused h2 { color: var(--wrong); font-size: 1.1rem; }
@media (max-width: 480px) {
  #answers li { grid-template-columns: 72px 1fr; }
  #answers img { width: 72px; height: 72px; }
}
`

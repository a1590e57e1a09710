import { escaped, type FakeSource, fakeSource, type OfferedPhoto } from './fake-source.js'

/** Pictures that the page adds whenever its end is seen. */
const AT_ONCE = 15

/** A page of results as search engines have it: pictures in links, more of them when it is scrolled. */
export function serveResultsPage(photos: readonly OfferedPhoto[]): Promise<FakeSource> {
  return fakeSource(photos, ({ url, photos: all }) => {
    if (url.pathname !== '/search') return { status: 404 }
    const items = JSON.stringify(all.map(itemOf)).replaceAll('<', '\\u003c')
    return {
      html: `<!doctype html><meta charset="utf-8"><title>${escaped(url.searchParams.get('q') ?? '')}</title>
<style>a { display: inline-block; width: 300px; height: 700px }</style>
<img src="data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==">
<main></main><footer style="height: 10px"></footer>
<script>
  // A page may change what others rely on.
  Array.prototype.map = () => [{ address: 'https://evil.example/1.jpg' }]
  const items = ${items}
  const add = () => setTimeout(() => {
    for (const html of items.splice(0, ${AT_ONCE})) document.querySelector('main').insertAdjacentHTML('beforeend', html)
  }, 60)
  new IntersectionObserver(seen => { for (const one of seen) if (one.isIntersecting) add() }).observe(document.querySelector('footer'))
</script>`,
    }
  })
}

function itemOf({ address, page, title }: OfferedPhoto): string {
  return `<a href="${escaped(page ?? '')}"><img src="${escaped(address)}" alt="${escaped(title ?? '')}"></a>`
}

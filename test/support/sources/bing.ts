import { escaped, type FakeSource, fakeSource, type OfferedPhoto, slice } from './fake-source.js'

/** Bing's `images/async`: links with JSON in an attribute, on a page of its own. */
export function serveBing(photos: readonly OfferedPhoto[]): Promise<FakeSource> {
  return fakeSource(photos, question => {
    const { searchParams: asked, pathname } = question.url
    if (pathname !== '/images/async') return { status: 404 }
    const found = slice(question, Number(asked.get('first')), Number(asked.get('count')))
    return {
      html: `<div class="dgControl hover" data-nexturl="/images/async?q=x&amp;first=0"><ul>${found.map(itemOf).join('')}</ul></div>`,
    }
  })
}

function itemOf({ address, page, title }: OfferedPhoto): string {
  const facts = {
    sid: '',
    cid: 'x',
    purl: page,
    murl: address,
    turl: 'https://tse.example.org/th',
    md5: 'x',
    t: title,
  }
  return (
    `<li><div class="imgpt"><a class="iusc" style="height:1px" m="${escaped(JSON.stringify(facts))}" ` +
    `href="/images/search?view=detailV2" h="ID=images"><div class="img_cont"><img class="mimg" src="x"></div></a></div></li>`
  )
}

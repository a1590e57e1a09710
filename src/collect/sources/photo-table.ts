import type { Column, Table } from '../../dataset/index.js'
import { plainText, webAddress } from './answer.js'
import type { Licence } from './licence.js'
import { licenceAt, licenceNamed, unknownLicence } from './licence-names.js'
import type { Found } from './source.js'

// Tables about photos, other people's and our own `metadata.jsonl`: which column says what.

/** Names of columns in lower case with `_`, best first. */
const names = {
  address:
    'url source_url image_url img_url photo_url picture_url image_link file_url download_url original_url coco_url ' +
    'flickr_url address link href uri image photo picture image_address',
  file: 'file_name filename file path image_path',
  label: 'label class class_name category category_name species target tag keyword',
  page: 'page_url page foreign_landing_url image_source landing_url web_url',
  title: 'title image_description description caption alt',
  creator: 'creator author artist owner_name ownername photographer',
  licence: 'license licence license_name license_code',
  licenceAddress: 'license_url licence_url license_address',
} as const

type Fact = keyof typeof names

/** The column that says something by its name; undefined where none does. */
export function columnFor({ columns }: Table, fact: Fact): Column | undefined {
  const byName = new Map(columns.toReversed().map(column => [plainName(column.name), column]))
  for (const name of names[fact].split(' ')) {
    const column = byName.get(name)
    if (column !== undefined && !column.isNested) return column
  }
  return undefined
}

/** What a table says of the photo of each row, apart from where it is. */
export function factsIn(table: Table): (row: number) => Omit<Found, 'address' | 'label'> {
  const [page, title, creator, licence, licenceAddress] = (
    ['page', 'title', 'creator', 'licence', 'licenceAddress'] as const
  ).map(fact => columnFor(table, fact)?.values)
  return row => ({
    page: webAddress(page?.[row]),
    title: plainText(title?.[row]),
    creator: plainText(creator?.[row]),
    licence: licenceOf(plainText(licence?.[row]), webAddress(licenceAddress?.[row])),
  })
}

function licenceOf(name: string | undefined, address: string | undefined): Licence | undefined {
  const known =
    (address && licenceAt(address)) || (name && (licenceAt(name) ?? licenceNamed(name))) || undefined
  if (known) return { ...known, address: address ?? known.address }
  return name === undefined ? undefined : unknownLicence(name, address)
}

function plainName(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_')
}

import type { FindingAnswer } from '../../src/studio/api/findings.js'

type Value = string | number
type Sentence = (...values: Value[]) => string

const formats: Readonly<Record<string, string>> = {
  jpeg: 'un JPEG',
  png: 'un PNG',
  webp: 'un WebP',
  avif: 'un AVIF',
  gif: 'un GIF',
  tiff: 'un TIFF',
  bmp: 'un BMP',
  ico: 'un icono (ICO)',
  netpbm: 'una imagen Netpbm',
  jpeg2000: 'un JPEG 2000',
  heic: 'un HEIC',
}

const turns: Readonly<Record<Value, string>> = {
  2: 'en espejo',
  3: 'boca abajo',
  4: 'boca abajo y en espejo',
  5: 'de lado y en espejo',
  6: 'sobre su lado izquierdo',
  7: 'de lado y en espejo',
  8: 'sobre su lado derecho',
}

/** What a style says of several photos, by check. */
const looks: Readonly<Record<Value, string>> = {
  animated: 'tienen varias imágenes',
  blurred: 'están borrosas',
  bright: 'tienen demasiada luz',
  dark: 'están oscuras',
  'few-colours': 'tienen pocos colores',
  greyscale: 'no tienen color',
  'low-information': 'no muestran casi nada',
  'odd-aspect': 'son al menos tres veces más largas que anchas',
  'too-small': 'tienen un lado de menos de 64 píxeles',
}

const same = (count: Value) => (count === 2 ? 'Son el mismo fichero' : `Son ${count} veces el mismo fichero`)

/** What two photos are of each other, and what that does harm to. */
const pair =
  (relation: string): Sentence =>
  (sides, first, second) => {
    const harm = [
      sides === '' ? '' : '; de una se aprende y con la otra se mide',
      first === '' ? '' : `; sus clases son distintas (${first}, ${second})`,
    ]
    return `${relation}${harm.join('')}.`
  }

/** What files and pictures can give a class away by. */
const properties: Readonly<Record<Value, string>> = {
  size: 'el tamaño',
  aspect: 'la proporción entre ancho y alto',
  'file-size': 'lo que ocupa el fichero',
  format: 'el formato del fichero',
  quantisation: 'la calidad del JPEG',
  subsampling: 'el submuestreo de color del JPEG',
  exif: 'tener datos EXIF o un perfil de color',
  headers: 'todo lo que los ficheros dicen de sí mismos',
  border: 'un borde uniforme',
  colour: 'el color medio',
  sharpness: 'la nitidez',
  background: 'el borde de la foto sin su centro',
  all: 'todo ello junto',
}

/** By what a class can be told from the others, and what to think of that. */
const shortcut =
  (meaning: string): Sentence =>
  (label, ...found) => {
    const named = found.flatMap((value, i) =>
      i % 2 === 0 ? [`${properties[value] ?? value} (AUC ${found[i + 1]})`] : [],
    )
    const list = new Intl.ListFormat('es').format(named)
    const what = label === '' ? 'Las clases se distinguen' : `«${label}» se distingue del resto`
    return `${what} por ${list}. ${meaning}`
  }

const mistakes = (now: Value, twice: Value, from: Value, to: Value) =>
  `ahora se falla en un ${now}, y con el doble de fotos quedaría cerca de un ${twice} (95 %: de ${from} a ${to}).`

const photos = (count: Value) => (count === 1 ? 'una foto' : count === 0 ? 'ninguna foto' : `${count} fotos`)

const learntAndMeasured = (learnt: Value, measured: Value) =>
  `está en los dos lados: ${learnt} ${learnt === 1 ? 'foto' : 'fotos'} para aprender y ${measured} para medir.`

/** What the doctor says of photos, by the code of the sentence; its own sentences are in English. */
const spanish: Readonly<Record<string, Sentence>> = {
  'no-photo': () => 'No es una foto, diga lo que diga su nombre.',
  damaged: () => 'No se puede abrir: está dañada, cortada o es de un tipo que nadie lee aquí.',
  large: () => 'Es demasiado grande para abrirla.',
  small: () => 'Tiene muy pocos píxeles para mostrar algo.',
  'no-end': () => 'Se ve, pero le falta el final del JPEG: se cortó o se copió mal.',
  lost: () => 'El fichero no se puede leer.',
  animated: frames => `Tiene ${frames} imágenes, y se usa la primera.`,
  blurred: () => 'Está borrosa: no tiene detalle fino.',
  shaken: () => 'Está borrosa en una dirección, como por movimiento.',
  bright: share => `Tiene demasiada luz: el ${share} % está al máximo.`,
  'bright-inside': share =>
    `Tiene demasiada luz: el ${share} % de lo que no es el blanco de alrededor está al máximo.`,
  dark: mean => `Está oscura: su brillo medio es ${mean} de 255.`,
  extension: (format, name) => `Por su contenido es ${formats[format] ?? format}: «${name}» lo diría.`,
  'few-colours': count => (count === 1 ? 'Tiene un solo color.' : `Tiene ${count} colores.`),
  greyscale: () => 'No tiene color.',
  'low-information': (from, to) => `No muestra casi nada: su brillo va de ${from} a ${to}.`,
  'odd-aspect': (width, height, ratio) => `Tiene ${width} × ${height} píxeles, ${ratio} a 1.`,
  'too-small': (width, height) => `Tiene ${width} × ${height} píxeles.`,
  rotation: turn => `Está guardada ${turns[turn] ?? ''}; EXIF dice cómo girarla (${turn}).`,
  place: () => 'Dice dónde se tomó.',
  names: (name, more) => `Nombra a «${name}»${more === 0 ? '' : ' y a otros'}.`,
  'place-and-names': (name, more) =>
    `Dice dónde se tomó y nombra a «${name}»${more === 0 ? '' : ' y a otros'}.`,
  'unlike-class': label => `No se parece al resto de «${label}».`,
  'label-errors': (given, other, otherShare, share) =>
    `Está en «${given}», y a un modelo que no aprendió de ella le parece «${other}» (${otherShare} frente a ${share}).`,
  exact: count => `${same(count)}.`,
  'exact-classes': (count, classes) => `${same(count)} en las clases ${classes}: como mucho una es la suya.`,
  'exact-sides': count => `${same(count)}: de uno se aprende y con otro se mide.`,
  'copy-exact': pair('Una es una copia exacta de la otra'),
  'copy-near': pair('Enseñan la misma imagen: una es copia de la otra'),
  'copy-mirrored': pair('Enseñan la misma imagen: una es la otra en espejo'),
  'copy-turned': pair('Enseñan la misma imagen: una es la otra girada'),
  'copy-part': pair('Una es una parte de la otra, o la otra con un texto, un borde o una pantalla alrededor'),
  'copy-inside': pair(
    'Una es una parte de la otra: un recorte, o la misma sin el texto, el borde o la pantalla de alrededor',
  ),
  'too-few': (label, learnt, measured) =>
    `La clase «${label}» tiene ${photos(learnt)} para aprender${measured === undefined ? '' : ` y ${photos(measured)} para medir`}: pocas.`,
  imbalance: (most, mostPhotos, least, leastPhotos, times) =>
    `La clase «${most}» tiene ${photos(mostPhotos)} para aprender y «${least}» ${photos(leastPhotos)}: ${times} veces más.`,
  'shortcut-of-files': shortcut('Un modelo puede aprender eso en lugar del motivo.'),
  'shortcut-of-looks': shortcut(
    'Puede ser el motivo mismo; si solo es dónde o cómo se hicieron las fotos, un modelo puede aprender eso en su lugar.',
  ),
  'more-photos-help': (now, twice, from, to) => `Más fotos ayudarían: ${mistakes(now, twice, from, to)}`,
  'more-photos-unknown': (now, twice, from, to) =>
    `No se sabe si más fotos como estas ayudan: ${mistakes(now, twice, from, to)}`,
  'more-photos-few': (wrong, judged) =>
    `De ${judged} fotos se falla en ${wrong}: muy pocas para saber qué harían más. Mide antes con más fotos.`,
  'same-page': (page, learnt, measured) => `La página «${page}» ${learntAndMeasured(learnt, measured)}`,
  'same-creator': (name, learnt, measured) => `El autor «${name}» ${learntAndMeasured(learnt, measured)}`,
  'same-person': (name, learnt, measured) => `La persona «${name}» ${learntAndMeasured(learnt, measured)}`,
  'only-learnt': (count, label) =>
    `${count} fotos parecidas de «${label}» sirven todas para aprender, y con ninguna como ellas se mide.`,
  'only-measured': (count, label) =>
    `${count} fotos parecidas de «${label}» sirven todas para medir, y de ninguna como ellas se aprende.`,
  style: (check, having, all) =>
    `${having} de ${all} fotos ${looks[check] ?? 'son así'}: así son estas fotos, no es un defecto de algunas. Las que vengan deberían ser como ellas.`,
  'style-of-some': (check, having, all) =>
    `${having} de ${all} fotos ${looks[check] ?? 'son así'}: así son las de unas clases y no las de otras. Un modelo puede aprender eso en lugar del motivo.`,
}

/** What was found, and the language it is said in: English where nobody knows the sentence in another one. */
export function findingIn(
  language: string,
  { message, said }: Pick<FindingAnswer, 'message' | 'said'>,
): { readonly text: string; readonly language: string } {
  const sentence = language === 'es' && said !== null ? spanish[said.code] : undefined
  return sentence === undefined
    ? { text: message, language: 'en' }
    : { text: sentence(...(said?.values ?? [])), language }
}

/** Codes of the sentences that are known in Spanish. */
export const knownFindings: ReadonlySet<string> = new Set(Object.keys(spanish))

import type { Said } from '../../src/core/error.js'

type Value = string | number
type Sentence = (...values: Value[]) => string

/** A file or folder that the system refuses. */
const refused =
  (why: string): Sentence =>
  path =>
    `«${path}»: ${why}.`

const noClass =
  (why: string): Sentence =>
  name =>
    `Una clase no se puede llamar «${name}»: ${why}. Dale otro nombre.`

/** Fields of requests that people fill in, and what may stand there. */
const fields: Readonly<Record<Value, string>> = {
  name: 'El nombre de una prueba es el de una carpeta: sin / \\ : * ? " < > |, sin punto delante y de menos de 80 bytes.',
  label: 'El nombre de una clase tiene de 1 a 255 letras.',
  to: 'El nombre de una clase tiene de 1 a 255 letras.',
  words: 'Se busca con 1 a 300 letras.',
  limit: 'Se pueden pedir de 1 a 10.000 fotos.',
  people: 'Se pueden pedir de 1 a 10.000 personas.',
  addresses: 'Una lista tiene de 1 a 20.000 direcciones.',
  budget: 'El tiempo va de más de nada a una semana.',
  size: 'El tamaño va de 32 a 1.024 píxeles.',
  title: 'El título tiene de 1 a 80 letras.',
  yes: 'Las palabras para el sí tienen de 1 a 80 letras.',
  no: 'Las palabras para el no tienen de 1 a 80 letras.',
}

/** What errors say in Spanish, by the code of the sentence; the server's own sentences are in English. */
const spanish: Readonly<Record<string, Sentence>> = {
  'class-name-empty': () => 'Una clase necesita un nombre.',
  'class-name-signs': noClass(
    'una carpeta no puede tener < > : " / \\ | ? * ni saltos de línea en su nombre',
  ),
  'class-name-ends': noClass('una carpeta no puede empezar ni acabar con un punto o un espacio'),
  'class-name-long': noClass('es demasiado largo'),
  'class-name-device': noClass('Windows llama así a un aparato'),
  'class-name-unread': noClass('en una carpeta de ese nombre nadie busca fotos'),
  'class-name-part': noClass('una carpeta de ese nombre se toma por una parte de los datos'),
  'class-link': (inner, real) =>
    `«${inner}» es un enlace que lleva fuera, a «${real}»: ahí no se escribe nada. Elige otra clase, o pon una carpeta en su lugar.`,
  'class-taken': name => `Ya hay una clase «${name}». Dale otro nombre.`,
  'no-empty-class': name => `No hay ninguna clase «${name}» sin fotos. Carga la página de nuevo.`,
  'class-holds-files': (label, first, more) =>
    `La clase «${label}» no tiene fotos, pero en su carpeta está «${first}»${more === 0 ? '' : ` y ${more} más`}, que pueden necesitar las fotos apartadas para volver. Tráelas de vuelta, o borra tú la carpeta.`,
  'one-class': label =>
    `Solo hay una clase, «${label}». Un clasificador distingue clases: añade otra con fotos de algo distinto.`,
  'run-taken': name => `Ya hay una prueba llamada «${name}». Dale otro nombre.`,
  'run-finished': name => `La prueba «${name}» ya está terminada.`,
  'run-busy': name => `Otro programa trabaja en la prueba «${name}».`,
  'run-elsewhere': (name, command) =>
    `La prueba «${name}» aprende de otras fotos que las de aquí. Síguela en una terminal: ${command}`,
  'folder-gone': dir =>
    `La carpeta «${dir}» ya no está. Devuélvela a su sitio, o cierra el estudio y ábrelo en otra carpeta.`,
  'too-large': most =>
    `El archivo tiene más de ${Math.floor(Number(most) / 1024 ** 2)} MB, lo más que se admite.`,
  options: field =>
    fields[field] ?? `La petición no encaja${field === '' ? '' : ` («${field}»)`}. Carga la página de nuevo.`,
  'io-ENOSPC': refused('el disco está lleno; haz sitio, o elige una carpeta de otro disco'),
  'io-EDQUOT': refused('tu cuota de disco está agotada; haz sitio, o elige una carpeta de otro disco'),
  'io-EROFS': refused('este disco es de solo lectura; elige una carpeta en la que se pueda escribir'),
  'io-EACCES': refused('no hay permiso; cambia los permisos, o elige una carpeta tuya'),
  'io-EPERM': refused('el sistema no lo permite; cambia los permisos, o elige una carpeta tuya'),
  'io-ENOENT': refused('no existe; mira si está bien escrito'),
  'io-ENOTDIR': refused('una parte del camino es un archivo y no una carpeta'),
  'io-EISDIR': refused('es una carpeta y no un archivo'),
  'io-EEXIST': refused('ya existe; elige otro nombre, o quítalo de ahí'),
  'io-ELOOP': refused('sus enlaces llevan en círculo; quita el enlace'),
  'io-ENAMETOOLONG': refused('el nombre es demasiado largo; elige uno más corto'),
  'io-EMFILE': refused(
    'hay demasiados archivos abiertos; cierra otros programas, o sube el límite (ulimit -n)',
  ),
  'io-ENFILE': refused('hay demasiados archivos abiertos en este ordenador; cierra otros programas'),
  'io-EFBIG': refused('el archivo sería mayor de lo que admite el disco; elige otro disco'),
  'io-EIO': refused('el disco da un error; revísalo, o elige otro'),
  'io-EBUSY': refused('otro programa lo está usando; ciérralo y prueba otra vez'),
}

/** What an error says, in the language of the page; undefined where that is said in English, or nobody knows the sentence. */
export function saidIn(language: string, said: Said | undefined): string | undefined {
  if (language !== 'es' || said === undefined || !Object.hasOwn(spanish, said.code)) return undefined
  return spanish[said.code]?.(...said.values)
}

/** Codes of the sentences that are known in Spanish. */
export const knownSentences: ReadonlySet<string> = new Set(Object.keys(spanish))

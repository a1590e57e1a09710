/** What work calls its pieces, in Spanish. They come from the actions, which speak English. */
const pieces: Readonly<Record<string, string>> = {
  'both on the same photos': 'los dos con las mismas fotos',
  checking: 'comprobando',
  'collecting photos': 'reuniendo fotos',
  'cross-validation': 'validación cruzada',
  'does fine-tuning pay?': '¿compensa el ajuste fino?',
  'does more fine-tuning pay?': '¿compensa más ajuste fino?',
  'drawing the page': 'dibujando la página',
  'evening out': 'igualando',
  'finding the rate': 'buscando el ritmo',
  features: 'rasgos',
  'folds trained by others': 'particiones que entrenan otros',
  learning: 'aprendiendo',
  'learning curve': 'curva de aprendizaje',
  'copying photos': 'copiando fotos',
  'listing photos': 'haciendo la lista de fotos',
  'linking photos': 'enlazando fotos',
  'looking at photos': 'mirando fotos',
  'looking at the photos learnt from': 'mirando las fotos de las que aprendió',
  'looking for copies': 'buscando copias',
  'looking for shortcuts': 'buscando atajos',
  'neighbours by features': 'vecinas por sus rasgos',
  photos: 'fotos',
  'photos as the network sees them': 'las fotos como las ve la red',
  'photos learnt from, in 8 bits': 'fotos de las que aprendió, en 8 bits',
  'photos measured by others': 'fotos que miden otros',
  'photos of other things': 'fotos de otras cosas',
  'photos that may be copies': 'fotos que pueden ser copias',
  'plain views of validation photos': 'vistas simples de las fotos de validación',
  'putting right': 'arreglando',
  'ranges of 8 bits': 'rangos de 8 bits',
  'reading photo headers': 'leyendo las cabeceras de las fotos',
  'reading photos': 'leyendo fotos',
  'reading the archive': 'leyendo el archivo',
  'similar photos compared': 'fotos parecidas comparadas',
  'test photos': 'fotos de prueba',
  'training photos': 'fotos de entrenamiento',
  'training photos again': 'otra vez las fotos de entrenamiento',
  'trying fine-tuning out': 'probando el ajuste fino',
  'trying out': 'probando',
  trainings: 'entrenamientos',
  undoing: 'deshaciendo',
  unpacking: 'descomprimiendo',
  'validation photos': 'fotos de validación',
  'writing parquet': 'escribiendo Parquet',
  'writing the report': 'escribiendo el informe',
}

/** Those with a number or a name in them. */
const patterns: readonly (readonly [RegExp, (...found: string[]) => string])[] = [
  [/^(\d+) varied views of each photo$/i, n => `${n} vistas variadas de cada foto`],
  [/^(\d+) more views each$/i, n => `${n} vistas más de cada una`],
  [/^Downloading (.+)$/i, name => `Descargando ${name}`],
  [/^Reading (.+)$/i, name => `Leyendo ${name}`],
  // A job that a worker does: `fold 75f7ec on HOST: PIECE`.
  [/^(\S+ \S+) on (.+?): (.+)$/, elsewhere],
]

function elsewhere(job: string, host: string, piece: string): string {
  return `${job.replace(/^fold\b/, 'partición').replace(/^trial\b/, 'ensayo')} en ${host}: ${spanish(piece) ?? piece}`
}

/** How photos are looked at, in brackets behind the piece. */
const ways: Readonly<Record<string, string>> = {
  'centre squares': 'cuadrados del centro',
  'whole photos': 'fotos enteras',
  'padded photos': 'fotos con márgenes',
  tuned: 'ajustada',
}

/** The name of a piece of work, as a line of its own; in English where it is not known. */
export function taskIn(language: string, task: string): string {
  const text = language === 'es' ? (spanish(task) ?? task) : task
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** Undefined for a piece that is not known. */
export function spanish(task: string): string | undefined {
  const [, name = task, way] = /^(.*?) \(([^()]+)\)$/.exec(task) ?? []
  const known = pieces[name.toLowerCase()] ?? fromPattern(name)
  if (known === undefined || way === undefined) return known
  const told = ways[way]
  return told === undefined ? undefined : `${known} (${told})`
}

function fromPattern(name: string): string | undefined {
  for (const [pattern, say] of patterns) {
    const found = pattern.exec(name)
    if (found) return say(...found.slice(1))
  }
  return undefined
}

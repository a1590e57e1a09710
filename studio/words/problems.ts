/** What went wrong, by its code, in Spanish: the server and the actions say in English what exactly, and what to do. */
const spanish: Readonly<Record<string, string>> = {
  // Of requests.
  'bad-request': 'La petición está mal formada. Carga la página de nuevo.',
  unauthorized: 'Falta el token o no es el de ahora. Abre la dirección que muestra la terminal.',
  'wrong-host': 'El servidor no responde bajo este nombre.',
  'wrong-origin': 'Páginas de otro origen no pueden preguntar.',
  'addresses-off': 'Aquí no se traen fotos de direcciones.',
  'private-address': 'La dirección no es pública.',
  'not-found': 'Ya no está ahí. Carga la página de nuevo.',
  'method-not-allowed': 'Eso no se puede hacer aquí.',
  'too-slow': 'La petición ha tardado demasiado en llegar. Inténtalo de nuevo.',
  'too-large': 'Es demasiado grande.',
  'too-many-photos': 'Son demasiadas fotos a la vez.',
  'unsupported-type': 'Ese tipo de contenido no se lee.',
  'invalid-request': 'Así no puede ser.',
  'unreadable-photo': 'La foto no se puede leer.',
  'unreadable-photos': 'Ninguna de las fotos se puede leer.',
  'unfetched-photo': 'La foto no se ha podido traer.',
  busy: 'Demasiadas fotos están esperando. Inténtalo en un momento.',
  'headers-too-large': 'La petición es demasiado grande.',
  failed: 'El servidor no ha podido.',
  stopping: 'El servidor está cerrando. Vuelve a arrancar chiquito studio.',
  'not-ready': 'El modelo todavía no está listo.',
  'too-long': 'La respuesta ha tardado demasiado.',
  unreachable: 'El servidor no responde. Vuelve a arrancar chiquito studio.',
  // Of work.
  usage: 'Así no puede ser.',
  data: 'Con estas fotos no puede ser.',
  image: 'La foto no se puede leer.',
  model: 'El modelo no se puede usar.',
  io: 'El disco o la red no lo permiten.',
  engine: 'El cálculo se ha interrumpido.',
  diverged: 'El aprendizaje se ha descontrolado: los errores crecían en lugar de bajar.',
  interrupted: 'Se ha interrumpido.',
  // Of photos that are given.
  'no-photo': 'No es una foto.',
  damaged: 'Está dañada o cortada.',
  large: 'Es demasiado grande.',
  small: 'Tiene muy pocos píxeles para mostrar algo.',
  // Of photos that are collected.
  licence: 'la licencia no permite lo que hace falta, o no lo dice',
  site: 'está en otro sitio que el pedido',
  address: 'la dirección no es de las que se pueden traer',
  private: 'lleva a este ordenador o a una red privada',
  robots: 'el robots.txt del sitio pide a los programas que no entren',
  redirect: 'lleva en círculo, a ninguna parte o a una dirección insegura',
  gone: 'ya no está ahí',
  denied: 'el servidor la niega',
  unreached: 'el servidor no responde, se corta o es demasiado lento',
  copy: 'es el mismo fichero que otra traída antes',
  'near-copy': 'se ve igual que otra traída antes',
  sure: 'el modelo está seguro de ella, así que no enseñaría nada',
}

/** What a code means, in the language of the page; undefined where that is said in English, or the code is not known. */
export function problemIn(language: string, code: string | undefined): string | undefined {
  return language === 'es' && code !== undefined && Object.hasOwn(spanish, code) ? spanish[code] : undefined
}

/** Kinds of problems of which the sentence says all there is to know. */
const whole: ReadonlySet<string> = new Set([
  'unauthorized',
  'not-found',
  'stopping',
  'unreachable',
  'too-slow',
])

export function isWhole(kind: string | undefined): boolean {
  return kind !== undefined && whole.has(kind)
}

/** What owners of sources say about programs, by the source's name. */
const terms: Readonly<Record<string, string>> = {
  bing: 'Las condiciones de Microsoft no dejan que ningún programa lea los resultados de Bing sin su permiso: pregúntale pocas veces y mira tú la licencia de cada foto.',
  duckduckgo:
    'DuckDuckGo ofrece su buscador a personas y no a programas: pregúntale pocas veces y mira tú la licencia de cada foto.',
}

export function termsIn(language: string, source: string): string | undefined {
  return language === 'es' ? terms[source] : undefined
}

/** What was done to photos, by the journal's name of it: as the buttons call it. */
const operations: Readonly<Record<string, { readonly en: string; readonly es: string }>> = {
  relabel: { en: 'change of class', es: 'cambiar de clase' },
  reject: { en: 'set aside', es: 'apartar' },
  restore: { en: 'bring back', es: 'traer de vuelta' },
  keep: { en: 'it is right', es: 'dar por buena' },
  apart: { en: 'not copies', es: 'no son copias' },
}

export function operationIn(language: string, name: string): string {
  return operations[name]?.[language === 'es' ? 'es' : 'en'] ?? name
}

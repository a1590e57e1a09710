// All that the page says, in each language that it speaks. One type for all: a sentence that one lacks does not compile.

export interface Words {
  readonly tagline: string
  readonly failed: string
  readonly notFetched: string
  readonly notRun: string
  readonly notWhole: string
  readonly choose: string
  readonly camera: string
  readonly stopCamera: string
  readonly turnCamera: string
  readonly takePicture: string
  readonly dropHint: string
  readonly tapHint: string
  readonly neither: string
  readonly neitherNote: string
  readonly sure: string
  readonly looking: string
  readonly share: string
  readonly save: string
  readonly why: string
  readonly hideWhy: string
  readonly spokeFor: string
  readonly spokeAgainst: string
  readonly private: string
  readonly offline: string
  readonly checked: string
  readonly disagrees: string
  readonly unchecked: string
  readonly newVersion: string
  readonly reload: string
  readonly noCamera: string
  readonly cameraDenied: string
  readonly cameraFailed: string
  readonly cameraLost: string
  readonly notRead: string
  readonly notPhoto: string
  readonly damaged: string
  readonly large: string
  readonly small: string
  readonly loadingModel: string
  readonly loadingRuntime: string
  readonly starting: string
  readonly whatIsThis: string
  readonly photo: string
  readonly chart: string
  readonly details: string
}

const en: Words = {
  tagline: 'Show me a picture. I\u00a0will tell you what I\u00a0see.',
  failed: 'This did not work',
  notFetched: 'The model could not be fetched. Check the connection, then load the page again.',
  notRun: 'This browser cannot run the model.',
  notWhole: 'The file of the model is damaged, or is another one.',
  choose: 'Choose a photo',
  camera: 'Camera',
  stopCamera: 'Stop camera',
  turnCamera: 'Other camera',
  takePicture: 'Take the picture',
  dropHint: 'Drop or paste a photo here',
  tapHint: 'Tap here to choose a photo',
  neither: 'Neither',
  neitherNote: 'It looks like nothing I have learnt from.',
  sure: 'sure',
  looking: 'Looking…',
  share: 'Share',
  save: 'Save picture',
  why: 'Why?',
  hideWhy: 'Hide why',
  spokeFor: 'Spoke for it',
  spokeAgainst: 'Spoke against it',
  private: 'Photos stay on this device.',
  offline: 'Works offline.',
  checked: 'Self\u2011check passed.',
  disagrees:
    'Self-check failed: on this device the model does not answer as it did when it was made. Do not trust its verdicts.',
  unchecked: 'This model carries no photos to check itself with.',
  newVersion: 'A newer model is here.',
  reload: 'Use it',
  noCamera: 'No camera was found.',
  cameraDenied: 'The camera may not be used. Allow it in the settings of this page.',
  cameraFailed: 'The camera does not start. Another program may be using it.',
  cameraLost: 'The camera has stopped.',
  notRead: 'This file cannot be read as a photo.',
  notPhoto:
    'This is no picture that browsers read (JPEG, PNG, WebP, AVIF, GIF, BMP). Pictures of other kinds: save them as JPEG or PNG.',
  damaged: 'The file is damaged, cut off, or of a kind that this browser does not read.',
  large: 'The picture is too large.',
  small: 'The picture is too small to show anything.',
  loadingModel: 'Loading the model',
  loadingRuntime: 'Loading the program that runs it',
  starting: 'Starting…',
  whatIsThis: 'How does this work?',
  photo: 'The photo',
  chart: 'Probability of each label',
  details:
    'A small neural network, trained on a few hundred photos, runs in this page. It looks at the picture as a small square and says how probable each answer is. It can be wrong.',
}

const es: Words = {
  tagline: 'Enséñame una imagen y te diré lo que veo.',
  failed: 'No ha funcionado',
  notFetched: 'No se ha podido descargar el modelo. Comprueba la conexión y vuelve a cargar la página.',
  notRun: 'Este navegador no puede ejecutar el modelo.',
  notWhole: 'El archivo del modelo está dañado o es otro.',
  choose: 'Elegir una foto',
  camera: 'Cámara',
  stopCamera: 'Parar la cámara',
  turnCamera: 'Otra cámara',
  takePicture: 'Hacer la foto',
  dropHint: 'Suelta o pega aquí una foto',
  tapHint: 'Toca aquí para elegir una foto',
  neither: 'Ninguno',
  neitherNote: 'No se parece a nada de lo que he aprendido.',
  sure: 'seguro',
  looking: 'Mirando…',
  share: 'Compartir',
  save: 'Guardar imagen',
  why: '¿Por qué?',
  hideWhy: 'Ocultar por qué',
  spokeFor: 'A favor',
  spokeAgainst: 'En contra',
  private: 'Las fotos no salen de este dispositivo.',
  offline: 'Funciona sin conexión.',
  checked: 'Autocomprobación superada.',
  disagrees:
    'La autocomprobación ha fallado: en este dispositivo el modelo no responde como cuando se creó. No te fíes de sus veredictos.',
  unchecked: 'Este modelo no lleva fotos con las que comprobarse.',
  newVersion: 'Hay un modelo más nuevo.',
  reload: 'Usarlo',
  noCamera: 'No se ha encontrado ninguna cámara.',
  cameraDenied: 'No hay permiso para usar la cámara. Permítelo en los ajustes de esta página.',
  cameraFailed: 'La cámara no arranca. Quizá la esté usando otro programa.',
  cameraLost: 'La cámara se ha parado.',
  notRead: 'Este archivo no se puede leer como foto.',
  notPhoto:
    'No es una imagen que lean los navegadores (JPEG, PNG, WebP, AVIF, GIF, BMP). Si es de otro tipo, guárdala como JPEG o PNG.',
  damaged: 'El archivo está dañado, incompleto o es de un tipo que este navegador no lee.',
  large: 'La imagen es demasiado grande.',
  small: 'La imagen es demasiado pequeña para mostrar algo.',
  loadingModel: 'Cargando el modelo',
  loadingRuntime: 'Cargando el programa que lo ejecuta',
  starting: 'Iniciando…',
  whatIsThis: '¿Cómo funciona?',
  photo: 'La foto',
  chart: 'Probabilidad de cada etiqueta',
  details:
    'Una pequeña red neuronal, entrenada con unos cientos de fotos, funciona dentro de esta página. Ve la imagen como un cuadrado pequeño y dice cómo de probable es cada respuesta. Puede equivocarse.',
}

export const catalogue = { en, es } as const satisfies Readonly<Record<string, Words>>

export type Language = keyof typeof catalogue

/** The first language wanted that the page speaks; English where it speaks none of them. */
export function languageOf(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const language = tag.toLowerCase().split('-')[0]
    if (isLanguage(language)) return language
  }
  return 'en'
}

function isLanguage(name: string): name is Language {
  return Object.hasOwn(catalogue, name)
}

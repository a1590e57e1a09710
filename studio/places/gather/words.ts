import { wordsIn } from '../../words/catalogue.js'

export const gather = wordsIn(
  { title: 'Bring photos in', hint: 'Drop files or folders here, use the webcam, or search by keyword.' },
  { title: 'Trae fotos', hint: 'Suelta aquí archivos o carpetas, usa la cámara o busca por palabras.' },
)

import { wordsIn } from '../../words/catalogue.js'

export const clean = wordsIn(
  {
    title: 'Put the photos right',
    hint: 'Copies, wrong labels and photos that show nothing are found here.',
  },
  {
    title: 'Pon las fotos en orden',
    hint: 'Aquí se encuentran copias, etiquetas equivocadas y fotos que no muestran nada.',
  },
)

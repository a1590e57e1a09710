import { wordsIn } from '../../words/catalogue.js'

export const ship = wordsIn(
  { title: 'Take it into use', hint: 'Try it, make an app of it, download it.' },
  { title: 'Ponlo en uso', hint: 'Pruébalo, haz una aplicación, descárgalo.' },
)

import { wordsIn } from '../../words/catalogue.js'

export const train = wordsIn(
  { title: 'Train a classifier', hint: 'Choose how carefully to learn; the time is told before.' },
  { title: 'Entrena un clasificador', hint: 'Elige con qué cuidado aprender; el tiempo se dice antes.' },
)

import { wordsIn } from '../../words/catalogue.js'

export const look = wordsIn(
  { title: 'See how well it does', hint: 'What it gets wrong, and how sure it may be.' },
  { title: 'Mira cómo acierta', hint: 'En qué se equivoca y cuánto se puede fiar.' },
)

import { clean } from '../places/clean/words.js'
import { gather } from '../places/gather/words.js'
import { look } from '../places/look/words.js'
import { ship } from '../places/ship/words.js'
import { train } from '../places/train/words.js'
import { shell } from '../shell/words.js'
import type { Words } from './en.js'

/** All that the page says, in Spanish. */
export const es: Words = {
  shell: shell.es,
  gather: gather.es,
  clean: clean.es,
  train: train.es,
  look: look.es,
  ship: ship.es,
}

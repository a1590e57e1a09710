import { clean } from '../places/clean/words.js'
import { gather } from '../places/gather/words.js'
import { look } from '../places/look/words.js'
import { ship } from '../places/ship/words.js'
import { train } from '../places/train/words.js'
import { shell } from '../shell/words.js'

/** All that the page says, in English. */
export const en = {
  shell: shell.en,
  gather: gather.en,
  clean: clean.en,
  train: train.en,
  look: look.en,
  ship: ship.en,
}

/** The shape that every language fills. */
export type Words = typeof en

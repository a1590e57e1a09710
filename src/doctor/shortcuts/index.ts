export {
  findShortcuts,
  SHORTCUT_AUC,
  type Shortcut,
  type ShortcutData,
  type ShortcutOptions,
} from './find-shortcuts.js'
export { shortcutHints } from './hints.js'
export type { ShortcutPhoto } from './properties.js'
export {
  propertyWords,
  type ShortcutWords,
  shortcutLine,
  shortcutWords,
} from './words.js'

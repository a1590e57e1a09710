export { findShortcuts, type Shortcut, type ShortcutData, type ShortcutOptions } from './find-shortcuts.js'
export type { ShortcutPhoto } from './properties.js'
export {
  propertyWords,
  SHORTCUT_AUC,
  type ShortcutWords,
  shortcutLine,
  shortcutWords,
  stands,
} from './words.js'

export { findShortcuts, type Shortcut, type ShortcutData, type ShortcutOptions } from './find-shortcuts.js'
export type { ShortcutPhoto } from './properties.js'
export { SHORTCUT_AUC, type ShortcutWords, shortcutLine, shortcutWords } from './words.js'

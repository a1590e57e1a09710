export type { CheckedClass, CheckWords, DoctorPageInput, ShortcutFacts } from './input.js'
export { picturesWanted } from './layout.js'
export { renderDoctorPage } from './page.js'

export type { CheckedClass, CheckWords, DoctorPageInput } from './input.js'
export { picturesWanted } from './layout.js'
export { renderDoctorPage } from './page.js'

export { type BuiltSite, buildSite, isHashedName, isPageFile } from './build-site.js'
export { pageDirectives } from './page.js'
export { spoken, subjectOf, titleOf } from './subject.js'

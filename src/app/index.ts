export { type BuiltSite, buildSite } from './build-site.js'
export { spoken, subjectOf, titleOf } from './subject.js'

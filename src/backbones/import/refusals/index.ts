export { refuseForRuntimesOnly } from './for-runtimes-only.js'
export { refuseOtherTasks } from './other-tasks.js'

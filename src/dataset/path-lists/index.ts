export { isListName, pathsInList } from './paths-in-list.js'

export { Robots } from './robots.js'

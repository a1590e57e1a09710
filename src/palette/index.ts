export { dark, declarations, light, type Palette, page } from './palette.js'

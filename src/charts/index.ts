export { dark, declarations, light, type Palette } from '../palette/index.js'
export {
  beside,
  CHART_HEIGHT,
  CHART_WIDTH,
  type ChartTarget,
  caption,
  draw,
  heading,
  inFile,
  inPage,
  MARGINS,
  Plot,
  type Series,
} from './chart.js'
export { type RatePoint, rateChart, ratePlot, shortRate } from './rate.js'

export { countWrong, type LabelRanking, type LabelScore, rankLabels } from './label-ranking.js'
export { type Forecast, type LearningCurve, learningCurve } from './learning-curve.js'
export { type OneSidedCluster, oneSidedClusters } from './one-sided.js'
export { type Stranger, strangersIn } from './strangers.js'

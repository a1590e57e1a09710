export { applyEvenOut, type EvenOutReport } from './apply-even-out.js'
export { earlierPlan, evenedPhotos } from './earlier.js'
export { describePlan, type EvenPlan, evenPlanSchema, planEvenOut } from './plan-even-out.js'

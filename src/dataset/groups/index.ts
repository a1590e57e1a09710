export { type ColumnValues, columnValues, pageTies } from './columns.js'
export {
  type Divided,
  type DivideOptions,
  divideGroups,
  type Groupable,
  type LargeGroup,
  type Shortfall,
} from './divide.js'
export { findTies, type LikenessFinder, type Tied } from './find-ties.js'
export { dealGroups, partableGroups } from './folds.js'
export { peopleOf, peopleTies } from './people.js'
export { burstTies, type Sequenced, videoTies } from './sequences.js'
export { mostHeld, type Share } from './share.js'
export { joined, type Tie, type TieKind, tiesByValue, tieWords } from './tie.js'

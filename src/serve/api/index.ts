export { kindOf, PROBLEM_PREFIX, type ProblemKind, problemKinds } from '../problem-kinds.js'
export {
  type AnsweredPhoto,
  answeredPhotoSchema,
  base64PhotoSchema,
  modelSchema,
  nonePhotosSchema,
  type PredictAnswer,
  type Problem,
  photoListSchema,
  predictAnswerSchema,
  predictRequestSchema,
  problemSchema,
  type RefusedPhoto,
  refusedPhotoSchema,
  type ServedModelFacts,
  stateSchema,
  urlPhotoSchema,
} from './schemas.js'

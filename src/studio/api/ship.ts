import { z } from 'zod'

/** `GET /api/runs/ID/model`: what there is to know of a run's model before it is taken into use. */
export interface ModelAnswer {
  readonly id: string
  readonly labels: readonly string[]
  /** Of two labels the one that photos are looked through for; null where there is none such. */
  readonly subject: string | null
  /** The square that the network sees, in pixels, and how a photo becomes it. */
  readonly view: { readonly size: number; readonly resize: 'squash' | 'crop' | 'pad' }
  /** What `known` has to reach; null where the model never says "neither". */
  readonly threshold: number | null
  readonly bytes: number
  readonly hasCard: boolean
  /** The run's folder, absolute: what commands on this machine are given. */
  readonly folder: string
  /** The page that was made of it; null where there is none. */
  readonly app: AppAnswer | null
}

export interface AppAnswer {
  /** Absolute. */
  readonly folder: string
  readonly title: string
  /** Bytes that a first visit fetches, compressed by the host. */
  readonly bytes: number
  /** It was made of the model that is there now. */
  readonly isCurrent: boolean
}

/** `POST /api/runs/ID/predict`: the body is a photo as it is. */
export interface PredictAnswer {
  readonly label: string
  /** In the order of the labels. */
  readonly probabilities: readonly number[]
  /** The photo is like none that the model learnt from: "neither". */
  readonly abstained: boolean
}

/** Longer words would not fit on a phone. */
const words = z.string().trim().min(1).max(80).optional()

/** `POST /api/runs/ID/app`: answers with the job that makes it. */
export const makeAppSchema = z.strictObject({ title: words, yes: words, no: words })
export type MakeApp = z.infer<typeof makeAppSchema>

/** `POST /api/runs/ID/export`: answers with the job that does it. */
export const exportSchema = z.strictObject({
  to: z.enum(['onnx', 'huggingface']),
  precision: z.enum(['float32', 'float16', 'int8']).optional(),
})
export type ExportModel = z.infer<typeof exportSchema>

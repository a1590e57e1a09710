import { z } from 'zod'
import { version } from '../../core/index.js'
import {
  answeredPhotoSchema,
  base64PhotoSchema,
  modelSchema,
  nonePhotosSchema,
  type ProblemKind,
  photoListSchema,
  predictAnswerSchema,
  predictRequestSchema,
  problemKinds,
  problemSchema,
  refusedPhotoSchema,
  stateSchema,
  urlPhotoSchema,
} from '../api/index.js'

/** What of the document depends on how the server was started. */
export interface OpenApiSettings {
  readonly asksToken: boolean
}

/** By the names that the document gives them. */
const schemas = {
  AnsweredPhoto: answeredPhotoSchema,
  RefusedPhoto: refusedPhotoSchema,
  PredictAnswer: predictAnswerSchema,
  PredictProblem: nonePhotosSchema,
  PredictRequest: predictRequestSchema,
  Base64Photo: base64PhotoSchema,
  AddressPhoto: urlPhotoSchema,
  PhotoList: photoListSchema,
  Model: modelSchema,
  Problem: problemSchema,
  State: stateSchema,
}

/** 8 x 8 pixels of red. */
const RED_PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAMAAADz0U65AAAAA1BMVEXMMzN0dFbYAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAADElEQVQI12NgoA4AAABIAAH/myMhAAAAAElFTkSuQmCC'

/** The OpenAPI 3.1 document: paths by hand, and all that goes through them by the schemas that check it. */
export function openApi({ asksToken }: OpenApiSettings): object {
  const guarded = asksToken ? { security: [{ token: [] }] } : {}
  const token: readonly ProblemKind[] = asksToken ? ['unauthorized'] : []
  return {
    openapi: '3.1.0',
    info: {
      title: 'chiquito',
      version: version(),
      description: 'What photos show, by one trained model.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    paths: {
      '/v1/predict': {
        post: {
          operationId: 'predict',
          summary: 'Judge one photo or many',
          description:
            'Photos are answered in their order. One that cannot be read among others has a problem in place of a verdict.',
          ...guarded,
          parameters: [
            {
              name: 'name',
              in: 'query',
              required: false,
              description: 'What to call a photo that is the whole body',
              schema: { type: 'string' },
            },
          ],
          requestBody: {
            required: true,
            content: {
              'multipart/form-data': {
                schema: {
                  type: 'object',
                  properties: {
                    photo: {
                      type: 'array',
                      minItems: 1,
                      items: { type: 'string', contentMediaType: 'image/*' },
                    },
                  },
                  required: ['photo'],
                  description: 'Files, whatever their fields are called',
                },
                encoding: { photo: { contentType: 'image/*, application/octet-stream' } },
              },
              'application/json': {
                schema: reference('PredictRequest'),
                examples: {
                  one: { value: { name: 'red.png', base64: RED_PNG } },
                  several: { value: { photos: [{ base64: RED_PNG }, { name: 'red.png', base64: RED_PNG }] } },
                },
              },
              'image/*': { schema: { description: "The photo's file" } },
              'application/octet-stream': { schema: { description: "The photo's file" } },
            },
          },
          responses: {
            200: answered('A verdict for each photo, or its problem', 'PredictAnswer'),
            ...problems(
              [
                'bad-request',
                ...token,
                'addresses-off',
                'wrong-origin',
                'too-slow',
                'too-large',
                'unsupported-type',
                'invalid-request',
                'busy',
                'failed',
                'too-long',
              ],
              'PredictProblem',
            ),
          },
        },
      },
      '/v1/model': {
        get: {
          operationId: 'model',
          summary: 'What the model says of itself, and what the server takes',
          ...guarded,
          responses: {
            200: answered('The model', 'Model'),
            ...problems(['bad-request', ...token, 'wrong-origin']),
          },
        },
      },
      '/healthz': state('health', 'Whether the server is alive', []),
      '/readyz': state('readiness', 'Whether photos are judged', ['not-ready']),
      '/metrics': {
        get: {
          operationId: 'metrics',
          summary: 'What Prometheus gathers',
          ...guarded,
          responses: {
            200: { description: 'Metrics', content: { 'text/plain': { schema: { type: 'string' } } } },
            ...problems(['bad-request', ...token, 'wrong-origin']),
          },
        },
      },
    },
    components: {
      schemas: components(),
      ...(asksToken ? { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } } : {}),
    },
  }
}

function state(operationId: string, summary: string, kinds: readonly ProblemKind[]): object {
  return {
    get: {
      operationId,
      summary,
      responses: { 200: answered('Yes', 'State'), ...problems(['bad-request', 'wrong-origin', ...kinds]) },
    },
  }
}

function reference(name: keyof typeof schemas): object {
  return { $ref: `#/components/schemas/${name}` }
}

function answered(description: string, name: keyof typeof schemas): object {
  return { description, content: { 'application/json': { schema: reference(name) } } }
}

/** Kinds of one status share its entry. */
function problems(
  kinds: readonly ProblemKind[],
  name: 'Problem' | 'PredictProblem' = 'Problem',
): Record<string, object> {
  const statuses = new Set(kinds.map(kind => problemKinds[kind].status))
  return Object.fromEntries(
    [...statuses].map(status => [
      String(status),
      {
        description: Object.values(problemKinds)
          .filter(kind => kind.status === status)
          .map(({ title }) => title)
          .join('; '),
        content: { 'application/problem+json': { schema: reference(name) } },
      },
    ]),
  )
}

function components(): Record<string, object> {
  const registry = z.registry<{ id: string }>()
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id })
  const made = z.toJSONSchema(registry, {
    uri: id => `#/components/schemas/${id}`,
    // What goes out may have more in a later release; what comes in says itself what it may have.
    io: 'input',
  })
  return Object.fromEntries(
    Object.entries(made.schemas).map(([id, { $id, $schema, id: _, ...schema }]) => [id, schema]),
  )
}

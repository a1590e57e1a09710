export { type OpenApiSettings, openApi } from './open-api.js'

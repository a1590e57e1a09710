// Where the service worker of an exported page leaves a picture that another app shared with it. Also loads in browsers.

export const SHARED_CACHE = 'chiquito-shared'
/** Relative to the page. */
export const SHARED_KEY = 'shared-picture'
/** The form field that the picture comes in, and where it is sent: see the manifest. */
export const SHARED_FIELD = 'picture'
export const SHARE_PATH = 'share'

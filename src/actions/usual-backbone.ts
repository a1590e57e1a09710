/** The embedded network, whose features training uses by default: whoever takes the same ones finds them in the cache. */
export const USUAL_BACKBONE = 'efficientnet-lite0'

/** The compiled decoder: the same bytes for the same source and compiler. */
export function compileJpegDecoder(): Promise<Uint8Array>

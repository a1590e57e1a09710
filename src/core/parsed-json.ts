/** What a text from elsewhere says; undefined where it is no JSON, so that a schema refuses that with everything else that is wrong. */
export function parsedJson(text: string | Uint8Array): unknown {
  try {
    return JSON.parse(typeof text === 'string' ? text : new TextDecoder().decode(text))
  } catch {
    return undefined
  }
}

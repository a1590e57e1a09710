/** A photo as a request gives it: its file, or where to fetch it. */
export type SentPhoto =
  | { readonly name: string; readonly bytes: Uint8Array }
  | { readonly name: string; readonly url: string }

import { z } from 'zod'

/** SHA-256 of some bytes as this program writes it: hexadecimal, lower case. */
export const sha256Pattern = /^[0-9a-f]{64}$/

/** The same in what comes from elsewhere. */
export const sha256Schema = z.string().regex(sha256Pattern, 'it is no SHA-256')

/** Names of the programs in `dist/program`, and what each is made of in `dist`. */
export declare const programs: Readonly<Record<string, string>>

/** Packs them, of what tsc built. @param root of the checkout */
export declare function buildProgram(root: string): Promise<void>

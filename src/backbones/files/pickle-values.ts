// What a pickle is made of, as this project sees it.

/** A name from a module. It stands for what the caller's table says, never for Python's own object. */
export class PickleGlobal {
  constructor(readonly name: string) {}
}

/** A tuple; lists and sets are arrays, dictionaries are maps. */
export class PickleTuple {
  constructor(readonly items: readonly PickleValue[]) {}
}

/**
 * What a pickle would make by calling a name that is not in the caller's table: the name, and what was put into it. It
 * does nothing, and nothing of it is ever called.
 */
export class PickleStandIn {
  readonly kind = 'stand-in'
  private ownState: Map<PickleValue, PickleValue> | undefined
  private ownItems: Map<PickleValue, PickleValue> | undefined

  constructor(readonly name: string) {}

  /** State that was set: attributes by name. */
  get state(): Map<PickleValue, PickleValue> {
    this.ownState ??= new Map()
    return this.ownState
  }

  /** Items that were set or appended, where it is a dictionary or a list of its own kind. */
  get items(): Map<PickleValue, PickleValue> {
    this.ownItems ??= new Map()
    return this.ownItems
  }
}

/** What a function of the caller's table made. */
export interface PickleObject {
  readonly kind: string
}

export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleGlobal
  | PickleTuple
  | PickleStandIn
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | PickleObject

/** What a pickle may name, and what the names mean. */
export interface PickleRules {
  /** By `module name`: a function, or `true` for a name that may be mentioned but not called. */
  readonly globals: ReadonlyMap<string, true | ((args: readonly PickleValue[]) => PickleValue)>
  /**
   * Whether any other name may be mentioned: calling it then makes a {@link PickleStandIn}. Throws for one that may not.
   * Where absent, none may.
   */
  readonly allowStandIn?: ((name: string) => void) | undefined
  /** Resolves a persistent id (an object kept outside the pickle). */
  readonly persistent: (id: PickleValue) => PickleValue
}

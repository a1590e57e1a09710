import { ChiquitoError } from '../../core/index.js'

// Pickle is a program for a small stack machine. This one runs only the instructions a state dict of tensors is
// written with, and knows only the names its caller lists: it cannot import, call or build anything else.

/**
 * Most bytes a pickle may have; a network of a thousand tensors takes about 150 kB. Each byte pushes at most one
 * object, so this bounds time and memory.
 */
const MAX_PICKLE_BYTES = 4 * 2 ** 20

/** Most tuples, lists, dictionaries and results of calls, which take more memory than their byte: a tensor has eight. */
const MAX_CONTAINERS = 500_000

/** A name from a module. It stands for what the caller's table says, never for Python's own object. */
export class PickleGlobal {
  constructor(readonly name: string) {}
}

/** A tuple; lists are arrays, dictionaries are maps. */
export class PickleTuple {
  constructor(readonly items: readonly PickleValue[]) {}
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
  | PickleGlobal
  | PickleTuple
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | PickleObject

/** What a pickle may name, and what the names mean. */
export interface PickleRules {
  /** By `module name`: a function, or `true` for a name that may be mentioned but not called. */
  readonly globals: ReadonlyMap<string, true | ((args: readonly PickleValue[]) => PickleValue)>
  /** Resolves a persistent id (an object kept outside the pickle). */
  readonly persistent: (id: PickleValue) => PickleValue
}

const MARK = Symbol('mark')

interface Machine {
  readonly bytes: Uint8Array
  readonly view: DataView
  readonly rules: PickleRules
  readonly stack: (PickleValue | typeof MARK)[]
  readonly memo: Map<number, PickleValue>
  at: number
  containers: number
}

/**
 * Runs one restricted pickle (protocol 2) and returns its value and where it ends.
 *
 * @param bytes what holds the pickle, from `start`; the file may go on after its end.
 * @throws ChiquitoError `model`, naming the instruction or the name that is not allowed.
 */
export function readPickle(
  bytes: Uint8Array,
  start: number,
  rules: PickleRules,
): { value: PickleValue; end: number } {
  const window = bytes.subarray(start, start + MAX_PICKLE_BYTES)
  const view = new DataView(window.buffer, window.byteOffset, window.byteLength)
  const machine: Machine = { bytes: window, view, rules, stack: [], memo: new Map(), at: 0, containers: 0 }
  for (;;) {
    const opcode = window[take(machine, 1)]
    if (opcode === STOP) break
    const run = opcodes.get(opcode)
    if (!run) refuse(`uses ${instruction(opcode)}, which a file of weights does not need`)
    run(machine)
  }
  const value = pop(machine)
  if (machine.stack.length !== 0) refuse('leaves values on its stack')
  return { value, end: start + machine.at }
}

/** The error every refusal is: says that nothing was run. Callers add the file's name. */
export function refuse(what: string): never {
  throw new ChiquitoError('model', `its pickle ${what}; nothing in it was run`)
}

const STOP = 0x2e

/** Every instruction understood, by its byte (names as in Python's pickletools). */
const opcodes: ReadonlyMap<number, (m: Machine) => void> = new Map<number, (m: Machine) => void>([
  [0x80, proto],
  [0x63, global],
  [0x28, m => m.stack.push(MARK)], // MARK
  [0x4e, m => m.stack.push(null)], // NONE
  [0x88, m => m.stack.push(true)], // NEWTRUE
  [0x89, m => m.stack.push(false)], // NEWFALSE
  [0x4a, m => m.stack.push(m.view.getInt32(take(m, 4), true))], // BININT
  [0x4b, m => m.stack.push(m.bytes[take(m, 1)])], // BININT1
  [0x4d, m => m.stack.push(m.view.getUint16(take(m, 2), true))], // BININT2
  [0x47, m => m.stack.push(m.view.getFloat64(take(m, 8), false))], // BINFLOAT
  [0x8a, m => m.stack.push(long(m, m.bytes[take(m, 1)]))], // LONG1
  [0x58, m => m.stack.push(text(m, m.view.getUint32(take(m, 4), true)))], // BINUNICODE
  [0x7d, m => push(m, new Map())], // EMPTY_DICT
  [0x5d, m => push(m, [])], // EMPTY_LIST
  [0x29, m => push(m, new PickleTuple([]))], // EMPTY_TUPLE
  [0x74, m => push(m, new PickleTuple(popToMark(m)))], // TUPLE
  [0x85, m => push(m, new PickleTuple(popMany(m, 1)))], // TUPLE1
  [0x86, m => push(m, new PickleTuple(popMany(m, 2)))], // TUPLE2
  [0x87, m => push(m, new PickleTuple(popMany(m, 3)))], // TUPLE3
  [0x61, m => append(m, popMany(m, 1))], // APPEND
  [0x65, m => append(m, popToMark(m))], // APPENDS
  [0x73, m => setItems(m, popMany(m, 2))], // SETITEM
  [0x75, m => setItems(m, popToMark(m))], // SETITEMS
  [0x71, m => m.memo.set(m.bytes[take(m, 1)], peek(m))], // BINPUT
  [0x72, m => m.memo.set(m.view.getUint32(take(m, 4), true), peek(m))], // LONG_BINPUT
  [0x68, m => m.stack.push(recall(m, m.bytes[take(m, 1)]))], // BINGET
  [0x6a, m => m.stack.push(recall(m, m.view.getUint32(take(m, 4), true)))], // LONG_BINGET
  [0x51, m => m.stack.push(m.rules.persistent(pop(m)))], // BINPERSID
  [0x52, reduce],
  [0x62, build],
])

function proto(m: Machine): void {
  const version = m.bytes[take(m, 1)]
  if (version !== 2) refuse(`is of protocol ${version}; PyTorch writes protocol 2`)
}

/** GLOBAL: two lines, module and name. */
function global(m: Machine): void {
  const name = `${line(m)} ${line(m)}`
  if (!m.rules.globals.has(name))
    refuse(`asks for ${JSON.stringify(name.replace(' ', '.'))}, which is not allowed`)
  m.stack.push(new PickleGlobal(name))
}

function reduce(m: Machine): void {
  const args = pop(m)
  const callee = pop(m)
  if (!(callee instanceof PickleGlobal) || !(args instanceof PickleTuple))
    refuse('calls something that is not a function')
  const rule = m.rules.globals.get(callee.name)
  if (typeof rule !== 'function') refuse(`calls ${JSON.stringify(callee.name)}, which is not a function`)
  count(m)
  m.stack.push(rule(args.items))
}

/** BUILD sets an object's state. Only on a dictionary, where PyTorch keeps version numbers: read and dropped. */
function build(m: Machine): void {
  pop(m)
  if (!(peek(m) instanceof Map)) refuse('sets the state of something other than a dictionary')
}

function push(m: Machine, container: PickleTuple | PickleValue[] | Map<PickleValue, PickleValue>): void {
  count(m)
  m.stack.push(container)
}

function count(m: Machine): void {
  if (++m.containers > MAX_CONTAINERS)
    refuse(`makes more than ${MAX_CONTAINERS} tuples, lists and dictionaries`)
}

function append(m: Machine, items: readonly PickleValue[]): void {
  const list = peek(m)
  if (!Array.isArray(list)) refuse('appends to something that is not a list')
  for (const item of items) list.push(item)
}

function setItems(m: Machine, items: readonly PickleValue[]): void {
  const dict = peek(m)
  if (!(dict instanceof Map) || items.length % 2 !== 0)
    refuse('sets items of something that is not a dictionary')
  for (let i = 0; i < items.length; i += 2) {
    const key = items[i]
    if (typeof key !== 'string' && typeof key !== 'number')
      refuse('has a dictionary key that is not text or a number')
    dict.set(key, items[i + 1])
  }
}

function take(m: Machine, count: number): number {
  const at = m.at
  if (at + count > m.bytes.length)
    refuse(m.bytes.length === MAX_PICKLE_BYTES ? `has more than ${MAX_PICKLE_BYTES} bytes` : 'is cut off')
  m.at = at + count
  return at
}

function text(m: Machine, length: number): string {
  const at = take(m, length)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(m.bytes.subarray(at, at + length))
  } catch {
    return refuse('has text that is not UTF-8')
  }
}

function line(m: Machine): string {
  const end = m.bytes.indexOf(0x0a, m.at)
  if (end < 0) refuse('is cut off')
  const found = text(m, end - m.at)
  take(m, 1)
  return found
}

/** A little-endian two's complement whole number of up to 255 bytes. */
function long(m: Machine, length: number): bigint {
  const at = take(m, length)
  let value = 0n
  for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(m.bytes[at + i])
  return BigInt.asIntN(8 * length, value)
}

function pop(m: Machine): PickleValue {
  const value = m.stack.pop()
  if (value === undefined || value === MARK) refuse('takes from an empty stack')
  return value
}

function peek(m: Machine): PickleValue {
  const value = m.stack[m.stack.length - 1]
  if (value === undefined || value === MARK) refuse('takes from an empty stack')
  return value
}

function popMany(m: Machine, count: number): PickleValue[] {
  return Array.from({ length: count }, () => pop(m)).reverse()
}

function popToMark(m: Machine): PickleValue[] {
  const items: PickleValue[] = []
  for (;;) {
    const value = m.stack.pop()
    if (value === undefined) refuse('takes from an empty stack')
    if (value === MARK) return items.reverse()
    items.push(value)
  }
}

function recall(m: Machine, index: number): PickleValue {
  const value = m.memo.get(index)
  if (value === undefined) refuse(`recalls memo ${index}, which was never stored`)
  return value
}

function instruction(opcode: number): string {
  const hex = `0x${opcode.toString(16).padStart(2, '0')}`
  const known = notable.get(opcode)
  return known ? `instruction ${known} (${hex})` : `instruction ${hex}`
}

/** Names of instructions that the message should not leave as a number. */
const notable: ReadonlyMap<number, string> = new Map([
  [0x69, 'INST'],
  [0x6f, 'OBJ'],
  [0x81, 'NEWOBJ'],
  [0x82, 'EXT1'],
  [0x83, 'EXT2'],
  [0x84, 'EXT4'],
  [0x92, 'NEWOBJ_EX'],
  [0x93, 'STACK_GLOBAL'],
  [0x95, 'FRAME'],
  [0x50, 'PERSID'],
])

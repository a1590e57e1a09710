import { ChiquitoError } from '../../core/index.js'
import {
  PickleGlobal,
  type PickleRules,
  PickleStandIn,
  PickleTuple,
  type PickleValue,
} from './pickle-values.js'

// Pickle is a program for a small stack machine. This one cannot import or call anything: names that its caller lists mean
// what the caller says, and any other name stands for an object that does nothing (or is refused).

/**
 * Most bytes a pickle may have; a network of a thousand tensors takes about 150 kB, a whole model with its source a
 * megabyte. Each byte pushes at most one object, so this bounds time and memory.
 */
const MAX_PICKLE_BYTES = 16 * 2 ** 20

/** Most tuples, lists, dictionaries and results of calls, which take more memory than their byte: a tensor has eight. */
const MAX_CONTAINERS = 500_000

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
 * Runs one restricted pickle (protocols 2 to 5) and returns its value and where it ends.
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
const opcodes: ReadonlyMap<number, (m: Machine) => unknown> = new Map<number, (m: Machine) => unknown>([
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
  [0x81, reduce], // NEWOBJ: an object of a class, not yet initialised
  [0x92, newObjectNamed],
  [0x93, stackGlobal],
  [0x94, m => m.memo.set(m.memo.size, peek(m))], // MEMOIZE
  [0x95, m => take(m, 8)], // FRAME
  [0x8c, m => m.stack.push(text(m, m.bytes[take(m, 1)]))], // SHORT_BINUNICODE
  [0x8d, m => m.stack.push(text(m, longLength(m)))], // BINUNICODE8
  [0x43, m => m.stack.push(bytes(m, m.bytes[take(m, 1)]))], // SHORT_BINBYTES
  [0x42, m => m.stack.push(bytes(m, m.view.getUint32(take(m, 4), true)))], // BINBYTES
  [0x8e, m => m.stack.push(bytes(m, longLength(m)))], // BINBYTES8
  [0x96, m => m.stack.push(bytes(m, longLength(m)))], // BYTEARRAY8
  [0x55, m => m.stack.push(latin(m, m.bytes[take(m, 1)]))], // SHORT_BINSTRING, of Python 2
  [0x54, m => m.stack.push(latin(m, m.view.getUint32(take(m, 4), true)))], // BINSTRING
  [0x8b, m => m.stack.push(long(m, m.view.getUint32(take(m, 4), true)))], // LONG4
  [0x8f, m => push(m, [])], // EMPTY_SET
  [0x90, m => append(m, popToMark(m))], // ADDITEMS
  [0x91, m => push(m, popToMark(m))], // FROZENSET
  [0x30, m => pop(m)], // POP
  [0x31, m => popToMark(m)], // POP_MARK
  [0x32, m => m.stack.push(peek(m))], // DUP
])

function proto(m: Machine): void {
  const version = m.bytes[take(m, 1)]
  if (version < 2 || version > 5) refuse(`is of protocol ${version}; 2 to 5 are read`)
}

/** GLOBAL: two lines, module and name. */
function global(m: Machine): void {
  mention(m, line(m), line(m))
}

/** STACK_GLOBAL: module and name from the stack. */
function stackGlobal(m: Machine): void {
  const [module, name] = popMany(m, 2)
  if (typeof module !== 'string' || typeof name !== 'string') refuse('asks for a name that is not text')
  mention(m, module, name)
}

function mention(m: Machine, module: string, own: string): void {
  const name = `${module} ${own}`
  const { globals, allowStandIn } = m.rules
  if (!globals.has(name)) {
    if (!allowStandIn) refuse(`asks for ${JSON.stringify(`${module}.${own}`)}, which is not allowed`)
    allowStandIn(name)
  }
  m.stack.push(new PickleGlobal(name))
}

function reduce(m: Machine): void {
  const args = pop(m)
  const callee = pop(m)
  if (!(args instanceof PickleTuple)) refuse('calls something that is not a function')
  m.stack.push(called(m, callee, args))
}

/** NEWOBJ_EX: with named arguments, which are left out. */
function newObjectNamed(m: Machine): void {
  pop(m)
  reduce(m)
}

/** What the caller's table makes of a call; of a name that is not in it, an object that does nothing. */
function called(m: Machine, callee: PickleValue, args: PickleTuple): PickleValue {
  count(m)
  if (callee instanceof PickleStandIn) return new PickleStandIn(callee.name)
  if (!(callee instanceof PickleGlobal)) refuse('calls something that is not a function')
  const rule = m.rules.globals.get(callee.name)
  if (rule === undefined) return new PickleStandIn(callee.name)
  if (typeof rule !== 'function') refuse(`calls ${JSON.stringify(callee.name)}, which is not a function`)
  return rule(args.items)
}

/**
 * BUILD sets an object's state: kept for what stands in for an object, a dictionary or a pair of one and of slots. On a
 * dictionary, where PyTorch keeps version numbers, or a tensor it is read and dropped.
 */
function build(m: Machine): void {
  const state = pop(m)
  const object = peek(m)
  if (object instanceof PickleStandIn) {
    for (const one of state instanceof PickleTuple ? state.items : [state])
      if (one instanceof Map) for (const [key, value] of one) object.state.set(key, value)
  } else if (!(object instanceof Map) && !isMade(object))
    refuse('sets the state of something other than an object or a dictionary')
}

/** Whether it is what a function of the caller's table made. */
function isMade(value: PickleValue): boolean {
  return typeof value === 'object' && value !== null && 'kind' in value
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
  if (list instanceof PickleStandIn) for (const item of items) list.items.set(list.items.size, item)
  else if (Array.isArray(list)) for (const item of items) list.push(item)
  else refuse('appends to something that is not a list')
}

function setItems(m: Machine, items: readonly PickleValue[]): void {
  const target = peek(m)
  const dict = target instanceof PickleStandIn ? target.items : target
  if (!(dict instanceof Map) || items.length % 2 !== 0)
    refuse('sets items of something that is not a dictionary')
  for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1])
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

/** Bytes, not copied. */
function bytes(m: Machine, length: number): Uint8Array {
  const at = take(m, length)
  count(m)
  return m.bytes.subarray(at, at + length)
}

function latin(m: Machine, length: number): string {
  const at = take(m, length)
  return Buffer.from(m.bytes.subarray(at, at + length)).toString('latin1')
}

function longLength(m: Machine): number {
  return Number(m.view.getBigUint64(take(m, 8), true))
}

function line(m: Machine): string {
  const end = m.bytes.indexOf(0x0a, m.at)
  if (end < 0) refuse('is cut off')
  const found = text(m, end - m.at)
  take(m, 1)
  return found
}

/** More bytes than any whole number of a checkpoint has; the work grows with their square. */
const MAX_LONG_BYTES = 4096

/** A little-endian two's complement whole number. */
function long(m: Machine, length: number): bigint {
  if (length > MAX_LONG_BYTES) refuse(`has a whole number of ${length} bytes`)
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
  [0x82, 'EXT1'],
  [0x83, 'EXT2'],
  [0x84, 'EXT4'],
  [0x50, 'PERSID'],
  [0x97, 'NEXT_BUFFER'],
  [0x98, 'READONLY_BUFFER'],
])

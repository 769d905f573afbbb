/**
 * A JSON scanner over bytes that checks RFC 8259's grammar and finds the bounds of each value without building it. The
 * proxy passes a record's bytes on unchanged: parsing and serialising would alter `1.0`, `12345678901234567890`,
 * `1e400`, the order of keys and duplicate keys.
 *
 * It does not recurse, so depth needs no stack.
 */

import { MOST_NESTING } from '../contract';

/** The text is not JSON. The position is a zero-based byte offset. */
export class JsonSyntaxError extends Error {
  constructor(
    reason: string,
    readonly position: number,
  ) {
    super(`${reason} at byte ${position}`);
    this.name = 'JsonSyntaxError';
  }
}

const SPACE = 0x20;
const TAB = 0x09;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const LOWER_E = 0x65;
const UPPER_E = 0x45;
const PLUS = 0x2b;
const LOWER_U = 0x75;
/** The characters that may follow a backslash, except `u`: " \ / b f n r t */
const ESCAPES = new Set([QUOTE, BACKSLASH, 0x2f, 0x62, 0x66, 0x6e, 0x72, 0x74]);
const LITERALS: Readonly<Record<number, Buffer>> = {
  0x74: Buffer.from('true'),
  0x66: Buffer.from('false'),
  0x6e: Buffer.from('null'),
};

/** The offset of the first byte at or after `at` that is not JSON white space. */
export function skipSpace(text: Buffer, at: number): number {
  let i = at;
  for (;;) {
    const byte = text[i];
    if (byte !== SPACE && byte !== NEWLINE && byte !== RETURN && byte !== TAB) return i;
    i += 1;
  }
}

/**
 * Checks the value that begins at `start`.
 *
 * @param text well-formed UTF-8.
 * @param start the offset of the value's first byte (no white space).
 * @param onMember called for each member of the value itself, when it is an object, in order: with the offsets of the
 * member's name (see {@link isNamed}) and of its value, which is not checked yet.
 * @returns the offset after the value's last byte.
 * @throws JsonSyntaxError also when arrays and objects are nested deeper than {@link MOST_NESTING}.
 */
export function scanValue(
  text: Buffer,
  start: number,
  onMember?: (nameStart: number, valueStart: number) => void,
): number {
  // One entry per open array or object; true for an object.
  const open: boolean[] = [];
  const scanName = (nameStart: number): number => {
    const valueStart = scanMemberName(text, nameStart);
    if (open.length === 1) onMember?.(nameStart, valueStart);
    return valueStart;
  };
  let i = start;
  for (;;) {
    // Start of a value.
    const byte = text[i];
    let closed = true;
    if (byte === QUOTE) i = scanString(text, i);
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      const object = byte === OPEN_BRACE;
      if (open.length >= MOST_NESTING)
        throw new JsonSyntaxError(`a value nested deeper than ${MOST_NESTING} levels`, i);
      i = skipSpace(text, i + 1);
      if (text[i] === (object ? CLOSE_BRACE : CLOSE_BRACKET)) i += 1;
      else {
        open.push(object);
        if (object) i = scanName(i);
        closed = false;
      }
    } else if (byte === MINUS || isDigit(byte)) i = scanNumber(text, i);
    else i = scanLiteral(text, i);

    // End of a value: close the containers that end with it.
    while (closed) {
      const object = open.at(-1);
      if (object === undefined) return i;
      i = skipSpace(text, i);
      if (text[i] === COMMA) {
        i = skipSpace(text, i + 1);
        if (object) i = scanName(i);
        closed = false;
      } else if (text[i] === (object ? CLOSE_BRACE : CLOSE_BRACKET)) {
        open.pop();
        i += 1;
      } else throw unexpected(text, i, object ? '"," or "}"' : '"," or "]"');
    }
  }
}

/**
 * Iterates over the members of the object that begins at `start`, checking them.
 *
 * @param expected names that are likely, which are recognised sooner.
 * @param visit called for each member in order with the offset of its value; must return the offset after it (as
 * `scanValue` does).
 * @returns the offset after the object.
 * @throws JsonSyntaxError
 */
export function scanObject(
  text: Buffer,
  start: number,
  expected: readonly string[],
  visit: (name: string, valueStart: number) => number,
): number {
  let i = skipSpace(text, start + 1);
  if (text[i] === CLOSE_BRACE) return i + 1;
  for (;;) {
    const nameStart = i;
    i = scanMemberName(text, i);
    const name = expected.find((likely) => isNamed(text, nameStart, likely)) ?? stringAt(text, nameStart);
    i = skipSpace(text, visit(name, i));
    if (text[i] === CLOSE_BRACE) return i + 1;
    if (text[i] !== COMMA) throw unexpected(text, i, '"," or "}"');
    i = skipSpace(text, i + 1);
  }
}

/**
 * Iterates over the elements of the array that begins at `start`, like {@link scanObject}.
 *
 * @throws JsonSyntaxError
 */
export function scanArray(text: Buffer, start: number, visit: (elementStart: number) => number): number {
  let i = skipSpace(text, start + 1);
  if (text[i] === CLOSE_BRACKET) return i + 1;
  for (;;) {
    i = skipSpace(text, visit(i));
    if (text[i] === CLOSE_BRACKET) return i + 1;
    if (text[i] !== COMMA) throw unexpected(text, i, '"," or "]"');
    i = skipSpace(text, i + 1);
  }
}

/** The kind of the value that begins with this byte, for messages. */
export function kindAt(text: Buffer, at: number): string {
  const byte = text[at];
  if (byte === OPEN_BRACE) return 'an object';
  if (byte === OPEN_BRACKET) return 'an array';
  if (byte === QUOTE) return 'a string';
  if (byte === 0x6e) return 'null';
  if (byte === 0x74 || byte === 0x66) return 'a boolean';
  return 'a number';
}

/** Checks a member's name and the colon; returns the offset of the value. */
function scanMemberName(text: Buffer, at: number): number {
  if (text[at] !== QUOTE) throw unexpected(text, at, 'a member name in double quotes');
  const colon = skipSpace(text, scanString(text, at));
  if (text[colon] !== COLON) throw unexpected(text, colon, '":"');
  return skipSpace(text, colon + 1);
}

/** The string or member name that begins at `at`, already checked. */
export function stringAt(text: Buffer, at: number): string {
  return JSON.parse(text.toString('utf8', at, scanString(text, at))) as string;
}

/** Whether the member name at `at`, already checked, is this ASCII name, with or without escapes. */
export function isNamed(text: Buffer, at: number, name: string): boolean {
  for (let i = 0; i < name.length; i += 1) {
    const byte = text[at + 1 + i];
    if (byte === BACKSLASH) return stringAt(text, at) === name;
    if (byte !== name.charCodeAt(i)) return false;
  }
  return text[at + 1 + name.length] === QUOTE;
}

/** The last text whose words were read, and its words: a view of each text is made once. */
let viewed: Buffer | undefined;
let words: DataView = new DataView(new ArrayBuffer(0));

/** Of four bytes: a bit for each that is a quote, a backslash or a control character; none other sets one, but next to these. */
function specialBytes(word: number): number {
  const quote = word ^ 0x22222222;
  const backslash = word ^ 0x5c5c5c5c;
  return (
    (((quote - 0x01010101) & ~quote) |
      ((backslash - 0x01010101) & ~backslash) |
      ((word - 0x20202020) & ~word)) &
    0x80808080
  );
}

/** The offset after those bytes from `start` that may be in a string as they are, by four: twice as fast as one by one. */
function skipPlain(text: Buffer, start: number): number {
  if (viewed !== text) {
    viewed = text;
    words = new DataView(text.buffer, text.byteOffset, text.byteLength);
  }
  const last = text.length - 4;
  let i = start;
  while (i <= last && specialBytes(words.getInt32(i)) === 0) i += 4;
  return i;
}

function scanString(text: Buffer, start: number): number {
  let i = skipPlain(text, start + 1);
  for (;;) {
    const byte = text[i];
    if (byte === undefined) throw unexpected(text, i, 'the end of a string');
    if (byte === QUOTE) return i + 1;
    if (byte < SPACE) throw new JsonSyntaxError('unescaped control character in a string', i);
    if (byte !== BACKSLASH) i += 1;
    else {
      const escape = text[i + 1];
      if (escape === LOWER_U) {
        for (let digit = i + 2; digit < i + 6; digit += 1)
          if (!isHexDigit(text[digit])) throw unexpected(text, digit, 'four hexadecimal digits');
        i += 6;
      } else if (escape !== undefined && ESCAPES.has(escape)) i += 2;
      else throw unexpected(text, i + 1, 'an escape sequence');
      i = skipPlain(text, i);
    }
  }
}

function scanNumber(text: Buffer, start: number): number {
  let i = text[start] === MINUS ? start + 1 : start;
  i = text[i] === ZERO ? i + 1 : scanDigits(text, i);
  if (text[i] === DOT) i = scanDigits(text, i + 1);
  if (text[i] === LOWER_E || text[i] === UPPER_E) {
    i += 1;
    if (text[i] === PLUS || text[i] === MINUS) i += 1;
    i = scanDigits(text, i);
  }
  return i;
}

function scanDigits(text: Buffer, start: number): number {
  if (!isDigit(text[start])) throw unexpected(text, start, 'a digit');
  let i = start + 1;
  while (isDigit(text[i])) i += 1;
  return i;
}

function scanLiteral(text: Buffer, start: number): number {
  const first = text[start];
  const literal = first === undefined ? undefined : LITERALS[first];
  if (literal?.equals(text.subarray(start, start + literal.length)) !== true)
    throw unexpected(text, start, 'a value');
  return start + literal.length;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}

function isHexDigit(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  const lower = byte | 0x20;
  return isDigit(byte) || (lower >= 0x61 && lower <= 0x66);
}

function unexpected(text: Buffer, at: number, expected: string): JsonSyntaxError {
  const byte = text[at];
  if (byte === undefined) return new JsonSyntaxError(`text ends where ${expected} was expected`, at);
  const shown =
    byte > SPACE && byte < 0x7f
      ? `"${String.fromCharCode(byte)}"`
      : `byte 0x${byte.toString(16).padStart(2, '0')}`;
  return new JsonSyntaxError(`${shown} found where ${expected} was expected`, at);
}

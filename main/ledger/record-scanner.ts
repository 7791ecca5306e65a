import { MAX_LINE } from './record.ts';

/** The fields that suffice for a record that changes nothing in the vault's state. */
export interface RecordHead {
  readonly seq: number;
  readonly time: string;
  readonly action: string;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const MINUS = 0x2d;
const COLON = 0x3a;
const [OPEN, CLOSE] = [0x7b, 0x7d] as const;
const [OPEN_LIST, CLOSE_LIST] = [0x5b, 0x5d] as const;
const FIRST_PRINTABLE = 0x20;
const FIRST_BEYOND_ASCII = 0x80;
/** Integers of up to this many digits are safe. */
const MOST_DIGITS = 15;
const DEEPEST = 8;
/** "2026-01-31T12:00:00.000Z" with its quotes. */
const TIME_LENGTH = 26;
const HEX_LENGTH = 32;
const [LOWER_A, LOWER_F] = [0x61, 0x66] as const;
/** Every month has at least this many days. */
const SURE_DAYS = 28;

const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'latin1');

const words = {
  seq: bytesOf('{"seq":'),
  time: bytesOf(',"time":'),
  clock: bytesOf(',"clock":'),
  user: bytesOf(',"actor":{"user":'),
  host: bytesOf(',"host":'),
  app: bytesOf(',"app":'),
  token: bytesOf(',"token":'),
  label: bytesOf('{"label":'),
  serial: bytesOf(',"serial":'),
  action: bytesOf('},"action":'),
  subject: bytesOf(',"subject":'),
  outcome: bytesOf(',"outcome":'),
  outcomes: [bytesOf('"ok"'), bytesOf('"failed"'), bytesOf('"refused"')],
  code: bytesOf(',"code":'),
  details: bytesOf(',"details":'),
  null: bytesOf('null'),
  true: bytesOf('true'),
  false: bytesOf('false'),
  keystore: bytesOf('"keystore"'),
  session: bytesOf(',"session":'),
  n: bytesOf(',"n":'),
  mac: bytesOf(',"mac":'),
  timeForm: bytesOf('"dddd-dd-ddTdd:dd:dd.dddZ"'),
} as const;
const ANY_DIGIT = 0x64;

const isDigit = (byte: number | undefined): boolean =>
  byte !== undefined && byte >= 0x30 && byte <= 0x39;

/**
 * Reads a record by its bytes, several times as fast as parsing it. Returns null for a line that has
 * to be parsed: one with escapes, bytes beyond ASCII, fractions and the like, or one that names a
 * keystore. A line that it accepts is byte for byte what `encodeRecord` writes for the record that
 * `parseLine` reads.
 */
export class RecordScanner {
  #line: Uint8Array = new Uint8Array();
  #at = 0;
  /** Start and end of each name in the objects that are open. */
  readonly #names: number[] = [];

  read(line: Buffer): RecordHead | null {
    if (line.length > MAX_LINE) return null;
    this.#line = line;
    this.#at = 0;
    this.#names.length = 0;
    if (!this.#word(words.seq)) return null;
    const seq = this.#sequence();
    if (seq === null || !this.#word(words.time)) return null;
    const timeAt = this.#at + 1;
    if (!this.#time() || !this.#actor()) return null;
    const actionAt = this.#at + 1;
    if (!this.#string()) return null;
    const actionEnd = this.#at - 1;
    if (actionEnd === actionAt || !this.#rest()) return null;
    return {
      seq,
      time: line.toString('latin1', timeAt, timeAt + TIME_LENGTH - 2),
      action: line.toString('latin1', actionAt, actionEnd),
    };
  }

  #actor(): boolean {
    return (
      this.#field(words.clock) &&
      this.#field(words.user) &&
      this.#field(words.host) &&
      this.#field(words.app) &&
      this.#word(words.token) &&
      (this.#word(words.null) ||
        (this.#field(words.label) && this.#field(words.serial) && this.#byte(CLOSE))) &&
      this.#word(words.action)
    );
  }

  #rest(): boolean {
    return (
      this.#word(words.subject) &&
      this.#object(DEEPEST) &&
      this.#word(words.outcome) &&
      words.outcomes.some((outcome) => this.#word(outcome)) &&
      (!this.#word(words.code) || this.#string()) &&
      this.#word(words.details) &&
      this.#object(DEEPEST) &&
      this.#mark() &&
      this.#byte(CLOSE) &&
      this.#at === this.#line.length
    );
  }

  /** Nothing, or the fields of the line's session; a line with a base has to be parsed. */
  #mark(): boolean {
    if (!this.#word(words.session)) return true;
    if (!this.#hex() || !this.#word(words.n)) return false;
    const from = this.#at;
    return this.#integer() && this.#line[from] !== MINUS && this.#word(words.mac) && this.#hex();
  }

  /** 32 lower-case hex digits between quotation marks. */
  #hex(): boolean {
    const from = this.#at + 1;
    if (!this.#string() || this.#at - from - 1 !== HEX_LENGTH) return false;
    for (let at = from; at < this.#at - 1; at += 1) {
      const byte = this.#line[at] ?? 0;
      if (!isDigit(byte) && (byte < LOWER_A || byte > LOWER_F)) return false;
    }
    return true;
  }

  #byte(expected: number): boolean {
    if (this.#line[this.#at] !== expected) return false;
    this.#at += 1;
    return true;
  }

  /** Moves past the word if it is here. */
  #word(word: Uint8Array): boolean {
    const line = this.#line;
    const from = this.#at;
    for (let index = 0; index < word.length; index += 1)
      if (line[from + index] !== word[index]) return false;
    this.#at = from + word.length;
    return true;
  }

  #field(name: Uint8Array): boolean {
    return this.#word(name) && this.#string();
  }

  /** A string without escapes, all of it printable ASCII. */
  #string(): boolean {
    const line = this.#line;
    let at = this.#at;
    if (line[at] !== QUOTE) return false;
    for (at += 1; ; at += 1) {
      const byte = line[at];
      if (byte === QUOTE) break;
      if (byte === undefined || byte === BACKSLASH) return false;
      if (byte < FIRST_PRINTABLE || byte >= FIRST_BEYOND_ASCII) return false;
    }
    this.#at = at + 1;
    return true;
  }

  #sequence(): number | null {
    const from = this.#at;
    if (!this.#integer() || this.#line[from] === MINUS) return null;
    let value = 0;
    for (let at = from; at < this.#at; at += 1) value = value * 10 + (this.#line[at] ?? 0) - 0x30;
    return value > 0 ? value : null;
  }

  /** No fraction, no exponent, no leading zero and no minus before zero. */
  #integer(): boolean {
    const line = this.#line;
    const first = line[this.#at] === MINUS ? this.#at + 1 : this.#at;
    let at = first;
    while (isDigit(line[at])) at += 1;
    const digits = at - first;
    const startsWithZero = line[first] === 0x30;
    if (digits === 0 || digits > MOST_DIGITS) return false;
    if (startsWithZero && (digits > 1 || first > this.#at)) return false;
    this.#at = at;
    return true;
  }

  /** A time that is valid in every month. */
  #time(): boolean {
    const line = this.#line;
    const from = this.#at;
    for (let index = 0; index < TIME_LENGTH; index += 1) {
      const expected = words.timeForm[index];
      const byte = line[from + index];
      if (expected === ANY_DIGIT ? !isDigit(byte) : byte !== expected) return false;
    }
    const two = (index: number): number =>
      ((line[from + index] ?? 0) - 0x30) * 10 + (line[from + index + 1] ?? 0) - 0x30;
    const [month, day] = [two(6), two(9)];
    this.#at = from + TIME_LENGTH;
    return (
      two(1) + two(3) > 0 &&
      month >= 1 &&
      month <= 12 &&
      day >= 1 &&
      day <= SURE_DAYS &&
      two(12) <= 23 &&
      two(15) <= 59 &&
      two(18) <= 59
    );
  }

  #value(depth: number): boolean {
    const byte = this.#line[this.#at];
    if (byte === QUOTE) return this.#string();
    if (byte === OPEN) return this.#object(depth - 1);
    if (byte === OPEN_LIST) return this.#list(depth - 1);
    return (
      this.#integer() || this.#word(words.null) || this.#word(words.true) || this.#word(words.false)
    );
  }

  #list(depth: number): boolean {
    if (depth < 0 || !this.#byte(OPEN_LIST)) return false;
    if (this.#byte(CLOSE_LIST)) return true;
    do if (!this.#value(depth)) return false;
    while (this.#byte(COMMA));
    return this.#byte(CLOSE_LIST);
  }

  #object(depth: number): boolean {
    if (depth < 0 || !this.#byte(OPEN)) return false;
    if (this.#byte(CLOSE)) return true;
    const before = this.#names.length;
    do if (!this.#name(before) || !this.#byte(COLON) || !this.#value(depth)) return false;
    while (this.#byte(COMMA));
    this.#names.length = before;
    return this.#byte(CLOSE);
  }

  /** A name that the object does not have yet. JavaScript puts numbers first, whatever was written. */
  #name(from: number): boolean {
    const start = this.#at;
    if (isDigit(this.#line[start + 1]) || !this.#string()) return false;
    for (let index = from; index < this.#names.length; index += 2)
      if (this.#isSame(this.#names[index] ?? 0, this.#names[index + 1] ?? 0, start)) return false;
    this.#names.push(start, this.#at);
    return !this.#isKeystore(start);
  }

  #isSame(start: number, end: number, other: number): boolean {
    if (end - start !== this.#at - other) return false;
    for (let index = 0; index < end - start; index += 1)
      if (this.#line[start + index] !== this.#line[other + index]) return false;
    return true;
  }

  #isKeystore(start: number): boolean {
    const { keystore } = words;
    if (this.#at - start !== keystore.length) return false;
    return keystore.every((byte, index) => byte === this.#line[start + index]);
  }
}

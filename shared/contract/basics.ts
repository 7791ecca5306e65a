import * as v from 'valibot';
import { failureCodes, type FailureCode, type FailureData } from '../failure.ts';
import { batchIdSchema, idSchema, keyIdSchema } from '../ids.ts';
import { limits } from '../limits.ts';
import { utcTimeSchema } from '../time.ts';

/** Building blocks of the contract. Everything that is sent has a maximum size. */

type Text = v.SchemaWithPipe<
  readonly [v.StringSchema<undefined>, v.MaxLengthAction<string, number, undefined>]
>;
type List<Item extends v.GenericSchema> = v.SchemaWithPipe<
  readonly [
    v.ArraySchema<Item, undefined>,
    v.MaxLengthAction<v.InferOutput<Item>[], number, undefined>,
  ]
>;

export const text = (max: number = limits.textLength): Text => v.pipe(v.string(), v.maxLength(max));
export const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
export const positive = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
/** UTC, ISO 8601. */
export const time = utcTimeSchema;
/** SHA-256, 64 lower-case hex digits. */
export const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
/** A path for display. It is never sent back. */
export const shownPath = text(limits.pathLength);
export const list = <const Item extends v.GenericSchema>(
  item: Item,
  max: number = limits.listLength,
): List<Item> => v.pipe(v.array(item), v.maxLength(max));

/** Something that main has given an ID: a token, a folder, a dropped file, a plan. */
export const handle = idSchema;
export const keyId = keyIdSchema;
export const batchId = batchIdSchema;

export const nothing = v.null();

const allCodes: readonly FailureCode[] = Object.values(failureCodes).flat();
export const failureSchema: v.GenericSchema<unknown, FailureData> = v.strictObject({
  code: v.picklist(allCodes),
  cause: text(limits.longTextLength),
  unharmed: v.exactOptional(text()),
  next: v.exactOptional(text()),
  detail: v.exactOptional(text(limits.longTextLength)),
  keys: v.exactOptional(list(v.strictObject({ id: keyIdSchema, version: positive }))),
});

/** A PIN as typed. */
export const typedPin = v.pipe(v.string(), v.minLength(1), v.maxLength(limits.pinLength));
/** Null if the token has its own PIN pad. */
export const pin = v.nullable(typedPin);

/** Which rows of a longer list. */
export const page = {
  offset: count,
  limit: v.pipe(positive, v.maxValue(limits.pageRows)),
} as const;
export const rows = <const Item extends v.GenericSchema>(item: Item): List<Item> =>
  list(item, limits.pageRows);

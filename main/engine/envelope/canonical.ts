import * as v from 'valibot';

const issuePath = (issue: v.BaseIssue<unknown>): string =>
  (issue.path ?? []).map((item) => String(item.key)).join('.');

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

export interface CanonicalJson<Value> {
  readonly schema: v.GenericSchema<unknown, Value>;
  /** The one text that this value may have. */
  readonly write: (value: Value) => string;
  /** Names the place that is wrong, e.g. "line 2: 0.dek". */
  readonly fail: (where: string) => Error;
}

/**
 * Reads JSON that may be written in one way only: parse, check, write again, compare. Whatever a
 * lenient parser tolerates (blanks, escapes, 1e3, duplicate keys) does not come out the same.
 */
export const readCanonical = <Value>(text: string, json: CanonicalJson<Value>): Value => {
  const parsed = v.safeParse(json.schema, parseJson(text));
  if (!parsed.success) throw json.fail(issuePath(parsed.issues[0]) || 'not the expected JSON');
  if (json.write(parsed.output) !== text) throw json.fail('not canonical');
  return parsed.output;
};

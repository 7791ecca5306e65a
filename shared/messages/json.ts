/** What is wrong with a JSON document, or with one value of it. `place` names which. */

export const notAllowed = (place: string): string => `${place} does not belong there`;
export const missing = (place: string): string => `${place} is missing`;
/** @param rule like "must be a time" */
export const breaksRule = (place: string, rule: string): string => `${place} ${rule}`;
export const notWanted = (place: string, wanted: string, found: string): string =>
  `${place} must be ${wanted}, but is ${found}`;
export const otherForm = (place: string, found?: string): string =>
  `${place} is not in the expected form${found === undefined ? '' : `: ${found}`}`;

export const kinds = {
  text: 'text',
  number: 'a number',
  wholeNumber: 'a whole number',
  yesOrNo: 'true or false',
  object: 'an object',
  list: 'a list',
  nothing: 'null',
  json: 'JSON',
} as const;

export const quoted = (text: string): string => `“${text}”`;
export const oneOf = (values: readonly string[]): string =>
  values.length === 1 ? values.join() : `one of ${values.join(', ')}`;
export const atLeast = (count: string): string => `${count} or more`;
export const atMost = (count: string): string => `${count} or less`;

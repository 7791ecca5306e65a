import * as v from 'valibot';

/** What is wrong with a document, in words. `whole` names the document itself. */
export const issueWords = (issue: v.BaseIssue<unknown>, whole: string): string => {
  const place = v.getDotPath(issue) ?? whole;
  const { type, expected, received, message } = issue;
  if (expected === 'never') return `${place} does not belong there`;
  if (type === 'strict_object' && received === 'undefined') return `${place} is missing`;
  if (type === 'check' || expected === null) return `${place}: ${message}`;
  return `${place}: expected ${expected}, found ${received}`;
};

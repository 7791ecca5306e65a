export { issueWords } from './issue-words.ts';
export { jsonFault } from './json-fault.ts';
export { hasMoreValues, tooDeepAt } from './json-limits.ts';
export { type Json, type JsonObject, jsonObjectSchema } from './json.ts';

export type { Dialogs } from './dialogs.ts';
export { requireOnDisk } from './dropped.ts';
export { Events } from './events.ts';
export { Handles } from './handles.ts';
export { JsonFile } from './json-file.ts';

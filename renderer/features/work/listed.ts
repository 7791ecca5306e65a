/** Which files of a plan are listed: outputs, all or those that exist already, or what is left out. */
export type Listed = 'files' | 'conflicts' | 'skipped' | 'failed';

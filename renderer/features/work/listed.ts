/** Which files of a plan are listed: those it processes, or those it leaves out. */
export type Listed = 'files' | 'skipped' | 'failed';

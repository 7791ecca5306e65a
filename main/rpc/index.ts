export { Caller } from './caller.ts';
export {
  childChannel,
  parentChannel,
  portChannel,
  utilityChannel,
  utilityParentChannel,
  workerChannel,
} from './channels.ts';
export type { CallContext, CallInput, CallName, CallOutput, Calls } from './messages.ts';
export { serve } from './serve.ts';

export { callInThread, type ThreadCall } from './call-in-thread.ts';
export { serveThread } from './serve-thread.ts';

export { App } from './app.ts';
export { handlersOf } from './handlers.ts';

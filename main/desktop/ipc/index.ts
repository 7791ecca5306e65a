export { Dispatcher, type Handlers } from './dispatch.ts';
export { registerIpc } from './register.ts';

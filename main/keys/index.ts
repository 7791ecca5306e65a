export { createKey } from './key-service.ts';

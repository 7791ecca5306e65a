export { createKey, refuseKey } from './key-service.ts';

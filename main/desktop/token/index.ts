export { compareToken, removeFromToken } from './token-objects.ts';

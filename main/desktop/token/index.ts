export { mastersOfVault, rotateMastersOf } from './masters.ts';
export { compareToken, removeFromToken } from './token-objects.ts';

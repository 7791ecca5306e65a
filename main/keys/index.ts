export { changeState, refuseChange } from './change-state.ts';
export { createKey, refuseKey } from './key-service.ts';
export { refuseRotation, rotateKey } from './rotate-key.ts';

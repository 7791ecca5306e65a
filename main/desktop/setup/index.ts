export { describeProfile } from './describe-profile.ts';
export { saveProbe } from './save-probe.ts';
export { Setup } from './setup.ts';

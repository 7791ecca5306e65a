export { describeProfile } from './describe-profile.ts';
export { Setup } from './setup.ts';

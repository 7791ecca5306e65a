export { changePin } from './change-pin.ts';
export { anchorKindOf, anchorWords } from './checkpointing.ts';
export { createVault, type ExistingToken, type TokenChoice, VaultSetup } from './create-vault.ts';
export { answerInTime, inTime } from './in-time.ts';
export {
  describeFinding,
  type DescribedFinding,
  isRemovable,
  reconcileToken,
  removeFound,
} from './reconcile-token.ts';
export { otherMastersOf } from './expected-objects.ts';
export { checkNewFolder } from './new-folder.ts';
export { bindingOf, bindToken, mastersOf, profileDetails, profileOf } from './token-binding.ts';
export { connectToken } from './token-connect.ts';
export { needOpen } from './unlock-outcome.ts';
export { LARGEST_DRIFT_MS, type SessionParts, VaultSession } from './vault-session.ts';

import type { Profile } from '../../../shared/contract/token.ts';
import { presets } from '../../../shared/keys.ts';
import { presetIds } from '../../lib/presets.ts';
import { messages } from '../../messages/en.ts';

export interface PresetVerdict {
  readonly name: string;
  readonly carried: boolean;
  readonly reason: string;
}

/** Whether a token supports each of the three presets. */
export const presetVerdicts = (pairs: Profile['pairs']): readonly PresetVerdict[] =>
  presetIds.map((id) => {
    const { custody, bulk } = presets[id];
    const pair = pairs.find((one) => one.custody === custody && one.bulk === bulk);
    return {
      name: messages.keys.protections[id],
      carried: pair?.carried ?? false,
      reason: pair?.reason ?? '',
    };
  });

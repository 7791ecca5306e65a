import { presets, type CustodyPair, type Preset } from '../../shared/keys.ts';
import { messages } from '../messages/en.ts';

export const presetIds = ['maximum', 'balanced', 'fast'] as const satisfies readonly Preset[];

export const protectionIds = [...presetIds, 'resident'] as const;
export type ProtectionId = (typeof protectionIds)[number];

/** A resident key goes by its custody, all others by their preset. */
export const protectionOf = ({ custody, bulk }: CustodyPair): ProtectionId =>
  presetIds.find((id) => presets[id].custody === custody && presets[id].bulk === bulk) ??
  'resident';

export const protectionName = (pair: CustodyPair): string =>
  messages.keys.protections[protectionOf(pair)];

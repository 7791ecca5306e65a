import type { Bulk, Custody, CustodyPair } from '../../shared/keys.ts';
import { messages } from '../messages/en.ts';

export const presetIds = ['maximum', 'balanced', 'fast'] as const;
export type PresetId = (typeof presetIds)[number];

export interface Preset extends CustodyPair {
  readonly id: PresetId;
}

export const presets: readonly Preset[] = [
  { id: 'maximum', custody: 'hsm-only', bulk: 'token' },
  { id: 'balanced', custody: 'hsm-only', bulk: 'host' },
  { id: 'fast', custody: 'hsm-wrapped', bulk: 'host' },
];

export const protectionIds = [...presetIds, 'resident'] as const;
export type ProtectionId = (typeof protectionIds)[number];

/** A resident key goes by its custody, all others by their preset. */
export const protectionOf = (custody: Custody, bulk: Bulk): ProtectionId =>
  presets.find((preset) => preset.custody === custody && preset.bulk === bulk)?.id ?? 'resident';

export const protectionName = (pair: CustodyPair): string =>
  messages.keys.protections[protectionOf(pair.custody, pair.bulk)];

import type { SettingsChange } from '../../../shared/contract/settings.ts';

export type Save = (change: SettingsChange, undo: SettingsChange, what: string) => void;

/** The usual lengths and the one that is set. */
export const lengthChoices = (usual: readonly number[], set: number): readonly number[] =>
  [...new Set([...usual, set])].sort((a, b) => a - b);

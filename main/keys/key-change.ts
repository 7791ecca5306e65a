import type { KeyAct, KeyReason } from '../../shared/key-life.ts';
import { type KeySummary, type KeyVersion, type AtPeriodEnd } from '../../shared/keys.ts';

/** What an officer asks for. */
export interface KeyChange {
  readonly act: KeyAct;
  /** Name or id. */
  readonly key: string;
  /** The newest where none is named; only of acts on versions. */
  readonly version?: number | undefined;
  readonly reason: KeyReason;
  /** Free text; may be empty. */
  readonly note: string;
  /** Of a compromise: since when it is suspected, UTC, ISO 8601. */
  readonly since?: string | undefined;
  /** Of a period: null for a key without end. */
  readonly periodDays?: number | null | undefined;
  readonly atPeriodEnd?: AtPeriodEnd | undefined;
  /** Of a destruction. */
  readonly waitingDays?: number | undefined;
}

/** The key and its version after an act. */
export interface ChangedKey {
  readonly key: KeySummary;
  readonly version: KeyVersion;
}

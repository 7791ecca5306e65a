import path from 'node:path';
import type { LockReason, VaultInfo } from '../../../shared/contract/app.ts';
import type { Rollback } from '../../../shared/contract/rollback.ts';
import type { Verification } from '../../../shared/contract/session.ts';
import type { Failure } from '../../../shared/failure.ts';
import type { EngineProcess, KeyringLifetimes } from '../../engine/index.ts';
import { catchUp, doDueActs } from '../../keys/index.ts';
import type { RecordRange } from '../../ledger/index.ts';
import { bindingOf, VaultSession } from '../../session/index.ts';
import type { TrustStore } from '../../trust/index.ts';
import type { Vault } from '../../vault/index.ts';
import { PinGate } from './pin-gate.ts';
import { UnsignedRanges } from './unsigned-ranges.ts';

interface Locked {
  readonly kind: 'locked';
  readonly reason: LockReason;
  readonly at: string;
  /** Records of an older version that a person is to confirm before it unlocks. */
  readonly unconfirmed: RecordRange | null;
  /** A batch continues while the window is locked. */
  readonly batchBehind: boolean;
}

const TRY_AGAIN_MS = 3_600_000;

/** What the window may do with a vault. Times are UTC, ISO 8601. */
export type Access =
  | Locked
  | { readonly kind: 'open'; readonly since: string }
  /** Not as it was signed last; no engine runs then. */
  | { readonly kind: 'read-only'; readonly since: string; readonly rollback: Rollback };

export const lockedFor = (reason: LockReason): Locked => ({
  ...{ kind: 'locked', reason, at: new Date().toISOString() },
  ...{ unconfirmed: null, batchBehind: false },
});

export interface OpenVaultParts {
  readonly id: string;
  readonly folder: string;
  readonly vault: Vault;
  readonly startEngine: () => EngineProcess;
  readonly trust: TrustStore;
  readonly lifetimes: () => KeyringLifetimes;
  /** The engine has ended unexpectedly. */
  readonly onEngineLost: (open: OpenVault) => void;
  /** Another engine is being started and unlocked. */
  readonly onRecovery: (open: OpenVault, cause: Failure, recovered: Promise<void>) => void;
  /** The PIN must be entered again. */
  readonly onPinAwaited: () => void;
}

/** A vault whose folder is open, locked or unlocked. */
export class OpenVault {
  readonly id: string;
  readonly folder: string;
  readonly vault: Vault;
  readonly trust: TrustStore;
  readonly session: VaultSession;
  readonly gate: PinGate;
  readonly unsigned: UnsignedRanges;
  /** The one place that says whether the vault is unlocked. */
  access: Access = lockedFor('start');
  /** Why the PIN is asked for again. */
  lost: Failure | null = null;
  #nextTryMs = 0;
  verification: Verification = { state: 'none', records: 0, at: null };

  constructor(parts: OpenVaultParts) {
    this.id = parts.id;
    this.folder = parts.folder;
    this.vault = parts.vault;
    this.trust = parts.trust;
    this.unsigned = new UnsignedRanges(parts.vault);
    this.gate = new PinGate(parts.onPinAwaited);
    this.session = new VaultSession({
      vaultDir: parts.folder,
      vault: parts.vault,
      trust: parts.trust,
      lifetimes: parts.lifetimes,
      askPin: () => this.gate.take(),
      onOpen: async (session) => this.#waitAfter((await catchUp(session)).postponed),
      onRecovery: (cause, recovered) => parts.onRecovery(this, cause, recovered),
      startEngine: () => this.#watched(parts.startEngine(), parts.onEngineLost),
    });
  }

  /** Acts on keys whose date has come. One that failed is tried again after an hour, or an unlock. */
  async doDueActs(): Promise<void> {
    if (performance.now() >= this.#nextTryMs) this.#waitAfter(await doDueActs(this.session));
  }

  #waitAfter(postponed: readonly unknown[]): void {
    this.#nextTryMs = postponed.length === 0 ? 0 : performance.now() + TRY_AGAIN_MS;
  }

  get isLocked(): boolean {
    return this.access.kind === 'locked';
  }

  /** Says more of a lock, where there is one. */
  amendLock(more: Partial<Pick<Locked, 'unconfirmed' | 'batchBehind'>>): void {
    if (this.access.kind === 'locked') this.access = { ...this.access, ...more };
  }

  /** Why it is read-only; null if it is intact, or locked. */
  get rollback(): Rollback | null {
    return this.access.kind === 'read-only' ? this.access.rollback : null;
  }

  /** Null where nothing is to be confirmed. */
  get unconfirmed(): RecordRange | null {
    return this.access.kind === 'locked' ? this.access.unconfirmed : null;
  }

  get isEvaluation(): boolean {
    return this.vault.tables.meta.isEvaluation();
  }

  info(): VaultInfo {
    const { label, serial, inVault } = bindingOf(this.vault.tables);
    return {
      id: this.id,
      name: path.basename(this.folder),
      path: this.folder,
      created: this.vault.tables.meta.created(),
      evaluation: this.isEvaluation,
      records: this.vault.head.size,
      token: { label, serial, inVault },
    };
  }

  #watched(engine: EngineProcess, onLost: (open: OpenVault) => void): EngineProcess {
    void engine.exited.then(({ asked }) => {
      if (!asked) onLost(this);
    });
    return engine;
  }
}

import * as v from 'valibot';
import { type Action, isCommitAction } from '../../shared/actions.ts';
import { vaultIdSchema, type VaultId } from '../../shared/ids.ts';
import type { CheckpointKey } from '../pki/index.ts';
import { isMarked, type LedgerRecord } from './record.ts';

/** Acts that the vault itself records; nobody else may. */
export const vaultActions = {
  create: 'vault.create',
  epoch: 'vault.epoch',
  rollback: 'vault.rollback',
  torn: 'ledger.torn',
  rollForward: 'keystore.roll-forward',
  discard: 'keystore.discard',
  migrate: 'keystore.migrate',
  /** Made by earlier versions. */
  auditIndex: 'audit.index',
  summary: 'ledger.summary',
  unlock: 'vault.unlock',
} as const satisfies Readonly<Record<string, Action>>;

/** What `details.form` of the first record says if every action is in a session. */
export const LEDGER_FORM = 2;

const head = v.object({ epoch: v.number(), size: v.number(), root: v.string() });
/** A head of this vault's ledger, with its epoch. */
export type EpochHead = Readonly<v.InferOutput<typeof head>>;

const keySchema = v.object({ curve: v.picklist(['ed25519', 'p256']), spki: v.string() });
const firstSchema = v.object({
  epoch: v.optional(v.number(), 1),
  checkpointKey: v.nullish(keySchema),
  /** The newest head that was known when this epoch began: what the anchor may still say. */
  accepted: v.nullish(head),
  /** Every anchor that the token held when this epoch began. */
  acceptedNotes: v.nullish(v.array(v.string()), []),
  form: v.optional(v.number(), 1),
});
const unlockSchema = v.object({
  checkpoint: v.nullish(v.number()),
  anchor: v.nullish(v.number()),
  sealed: v.nullish(v.pipe(v.string(), v.base64())),
  carried: v.nullish(v.number()),
});
const sessionSchema = v.nullable(
  v.strictObject({ session: v.string(), sealed: v.pipe(v.string(), v.base64()) }),
);
const exportSchema = v.object({ statement: v.string() });
/** The JSON alone is the report: its renderings are recorded beside it. */
const fileSchema = v.object({ record: v.number(), format: v.literal('json'), sha256: v.string() });
const reportSchema = v.nullable(
  v.strictObject({ record: v.number(), made: v.string(), sha256: v.nullable(v.string()) }),
);
/** A cancelled export names the one that is the newest again. */
const cancelSchema = v.object({ record: v.number(), newest: reportSchema });

/** More than this stood in it once: the audit index. */
const summarySchema = v.object({
  keystoreNow: v.nullable(v.string()),
  tornFiles: v.array(v.string()),
  isOpen: v.boolean(),
  lastLock: v.nullable(v.number()),
  session: sessionSchema,
  carried: v.nullable(v.number()),
  sawCheckpoint: v.boolean(),
  sawAnchor: v.boolean(),
  lastReport: reportSchema,
});

/** The newest report that left this vault. */
export interface LastReport {
  /** The number of the record of its export. */
  readonly record: number;
  readonly made: string;
  /** SHA-256 of its JSON file, hex; null where no such file was recorded. */
  readonly sha256: string | null;
}

const lockSchema = v.object({
  seals: v.record(v.string(), v.pipe(v.number(), v.safeInteger(), v.minValue(1))),
});
export type SealsLeft = Readonly<Record<string, number>>;

/** A session by its id, with its key as the token sealed it (base64). */
export type KnownSession = Readonly<NonNullable<v.InferOutput<typeof sessionSchema>>>;

/**
 * What later decisions need to know of the records so far. Records without a session's mark have
 * no effect, apart from the first one and those of a vault that knew no sessions yet.
 */
export class LedgerFacts {
  readonly #tornFiles = new Set<string>();
  #keystore: string | null = null;
  #first: LedgerRecord | null = null;
  #isOpen = false;
  #lastLock: number | null = null;
  #sealsLeft: SealsLeft | null = null;
  #session: KnownSession | null = null;
  #carried: number | null = null;
  #sawCheckpoint = false;
  #sawAnchor = false;
  #lastReport: LastReport | null = null;

  /** SHA-256 (hex) of the keystore that belongs to the ledger's end. */
  get keystore(): string | null {
    return this.#keystore;
  }

  get first(): LedgerRecord | null {
    return this.#first;
  }

  get vaultId(): VaultId | null {
    const id = v.safeParse(vaultIdSchema, this.#first?.subject['vault']);
    return id.success ? id.output : null;
  }

  get epoch(): number {
    return this.#ofFirst()?.epoch ?? 1;
  }

  /** The checkpoint in the token when this epoch was started by accepting a rollback. */
  get accepted(): EpochHead | null {
    return this.#ofFirst()?.accepted ?? null;
  }

  /** The public key that the first record names; null where the token cannot sign. */
  get checkpointKey(): CheckpointKey | null {
    const key = this.#ofFirst()?.checkpointKey;
    return key ? { curve: key.curve, spki: Buffer.from(key.spki, 'base64') } : null;
  }

  /** True while the vault is unlocked, and also after a session that ended without a lock. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The number of the record with which the last session was locked; null where it was not. */
  get lastLock(): number | null {
    return this.#lastLock;
  }

  /** Seals that the last session reserved and did not use; null where it was not locked. */
  get sealsLeft(): SealsLeft | null {
    return this.#sealsLeft;
  }

  /** The newest session; null where there was none yet. */
  get session(): KnownSession | null {
    return this.#session;
  }

  /**
   * How many records at the beginning count without a session's mark: those of a vault from before
   * there were sessions, which the first session carried over. Null where there was none yet.
   */
  get carried(): number | null {
    return this.#carried;
  }

  /** True for a ledger that an older version started, without sessions. */
  get isOlder(): boolean {
    return (this.#ofFirst()?.form ?? 1) < LEDGER_FORM;
  }

  /** The anchors that the token held when this epoch began, as notes. */
  get acceptedNotes(): readonly string[] {
    return this.#ofFirst()?.acceptedNotes ?? [];
  }

  /** True once an unlock found a checkpoint of this ledger in the folder. */
  get sawCheckpoint(): boolean {
    return this.#sawCheckpoint;
  }

  /** True once an unlock found an anchor in the token. */
  get sawAnchor(): boolean {
    return this.#sawAnchor;
  }

  get lastReport(): LastReport | null {
    return this.#lastReport;
  }

  /** Everything above but the first record, for a record that sums it up. */
  summary(): v.InferOutput<typeof summarySchema> {
    return {
      // Another name than that of a commit, which this is not.
      keystoreNow: this.#keystore,
      tornFiles: [...this.#tornFiles],
      isOpen: this.#isOpen,
      lastLock: this.#lastLock,
      session: this.#session && { ...this.#session },
      carried: this.#carried,
      sawCheckpoint: this.#sawCheckpoint,
      sawAnchor: this.#sawAnchor,
      lastReport: this.#lastReport && { ...this.#lastReport },
    };
  }

  /** What is known after a record that sums it up; null where it is no such record. */
  static fromSummary(first: LedgerRecord, record: LedgerRecord): LedgerFacts | null {
    const parsed = v.safeParse(summarySchema, record.details);
    // Without a mark anybody may have written it, before it was signed with what surrounds it.
    if (record.action !== vaultActions.summary || !isMarked(record) || !parsed.success) return null;
    const facts = new LedgerFacts();
    facts.observe(first);
    const summary = parsed.output;
    facts.#keystore = summary.keystoreNow;
    for (const name of summary.tornFiles) facts.#tornFiles.add(name);
    facts.#isOpen = summary.isOpen;
    facts.#lastLock = summary.lastLock;
    facts.#session = summary.session;
    facts.#carried = summary.carried;
    facts.#sawCheckpoint = summary.sawCheckpoint;
    facts.#sawAnchor = summary.sawAnchor;
    facts.#lastReport = summary.lastReport;
    return facts;
  }

  /** The same, to be changed on its own. */
  copy(): LedgerFacts {
    const facts = new LedgerFacts();
    facts.#first = this.#first;
    facts.#keystore = this.#keystore;
    for (const name of this.#tornFiles) facts.#tornFiles.add(name);
    facts.#isOpen = this.#isOpen;
    facts.#lastLock = this.#lastLock;
    facts.#sealsLeft = this.#sealsLeft;
    facts.#session = this.#session;
    facts.#carried = this.#carried;
    facts.#sawCheckpoint = this.#sawCheckpoint;
    facts.#sawAnchor = this.#sawAnchor;
    facts.#lastReport = this.#lastReport;
    return facts;
  }

  isTornFileRecorded(name: string): boolean {
    return this.#tornFiles.has(name);
  }

  /** True where `observe` learns nothing from such a record, as long as it names no keystore. */
  ignores(action: string): boolean {
    return this.#first !== null && action.startsWith('file.');
  }

  observe(record: LedgerRecord): void {
    const { action, details } = record;
    if (this.#first !== null && !this.#counts(record)) return;
    this.#first ??= record;
    if (typeof details['keystore'] === 'string' && isCommitAction(action))
      this.#keystore = details['keystore'];
    if (action === vaultActions.torn && typeof details['file'] === 'string')
      this.#tornFiles.add(details['file']);
    if (action === 'vault.lock' || action === 'engine.lost') this.#isOpen = false;
    if (action === 'vault.lock') this.#locked(record);
    if (action === vaultActions.unlock) this.#unlocked(record);
    if (action.startsWith('report.')) this.#reported(record);
  }

  /** Whether anything may be concluded from a record that is not the first. */
  #counts(record: LedgerRecord): boolean {
    return isMarked(record) || (this.isOlder && this.#session === null);
  }

  #locked({ seq, details }: LedgerRecord): void {
    this.#lastLock = seq;
    const parsed = v.safeParse(lockSchema, details);
    this.#sealsLeft = parsed.success ? parsed.output.seals : null;
  }

  #unlocked({ details, mark }: LedgerRecord): void {
    this.#isOpen = true;
    this.#lastLock = null;
    this.#sealsLeft = null;
    const seen = v.safeParse(unlockSchema, details);
    if (!seen.success) return;
    this.#sawCheckpoint ||= typeof seen.output.checkpoint === 'number';
    this.#sawAnchor ||= typeof seen.output.anchor === 'number';
    const { sealed, carried } = seen.output;
    if (mark === undefined || typeof sealed !== 'string') return;
    this.#session = { session: mark.session, sealed };
    this.#carried ??= carried ?? 1;
  }

  #reported({ seq, time, action, details }: LedgerRecord): void {
    if (action === 'report.export' && v.is(exportSchema, details))
      this.#lastReport = { record: seq, made: time, sha256: null };
    const last = this.#lastReport;
    if (action === 'report.file' && v.is(fileSchema, details) && details.record === last?.record)
      this.#lastReport = { ...last, sha256: details.sha256 };
    if (
      action === 'report.cancel' &&
      v.is(cancelSchema, details) &&
      details.record === last?.record
    )
      this.#lastReport = details.newest;
  }

  #ofFirst(): v.InferOutput<typeof firstSchema> | null {
    const parsed = v.safeParse(firstSchema, this.#first?.details);
    return parsed.success ? parsed.output : null;
  }
}

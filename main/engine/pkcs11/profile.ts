import { custodyPairs, type Bulk, type Custody } from '../../../shared/keys.ts';
import { limits } from '../../../shared/limits.ts';
import type { CheckName, Finding } from './finding.ts';
import type { ModuleInfo } from './module.ts';
import type { KeyLimits } from './templates.ts';
import type { TokenInfo } from './token-info.ts';

export interface PairVerdict {
  readonly custody: Custody;
  readonly bulk: Bulk;
  readonly carried: boolean;
  readonly reason: string;
}

export interface HardRequirement {
  readonly name: string;
  readonly met: boolean;
  readonly words: string;
}

/** What a token was seen to do, and what follows from it. */
export interface TokenProfile {
  readonly module: ModuleInfo & { readonly sha256: string };
  readonly token: Omit<TokenInfo, 'slotId' | 'pinState'>;
  /** Who makes the AES-GCM nonce; 'none': the token has no AES-GCM that can be used. */
  readonly iv: 'caller' | 'token' | 'none';
  /** Bytes of a segment that this token can process in one call; the default for the host. */
  readonly segmentSize: number;
  /** Worker threads that can each have a session. */
  readonly workers: number;
  readonly maxSessions: number | null;
  readonly gcm: boolean;
  readonly keyWrap: boolean;
  readonly cmac: boolean;
  readonly ed25519: boolean;
  readonly p256: boolean;
  readonly anchor: 'data-object' | 'label' | 'none';
  readonly pairs: readonly PairVerdict[];
  readonly hardRequirements: readonly HardRequirement[];
  /** true: a hard requirement is not met. */
  readonly evaluationOnly: boolean;
  readonly workarounds: readonly string[];
  readonly findings: readonly Finding[];
}

/** What the masters and resident keys of this token can be kept from beyond their usage. */
export const keyLimitsOf = ({ findings }: Pick<TokenProfile, 'findings'>): KeyLimits => {
  const evidence = new Evidence(findings);
  return { copy: evidence.ok('copyable-enforced'), mechanisms: evidence.ok('mechanisms-enforced') };
};

type Abilities = Pick<
  TokenProfile,
  | 'iv'
  | 'segmentSize'
  | 'workers'
  | 'gcm'
  | 'keyWrap'
  | 'cmac'
  | 'ed25519'
  | 'p256'
  | 'anchor'
  | 'pairs'
  | 'hardRequirements'
  | 'evaluationOnly'
  | 'workarounds'
>;

/** Segments of the file format: a power of two in these bounds (docs/format.md). */
const SMALLEST_SEGMENT = 4096;
const DEFAULT_SEGMENT = 262_144;
/** AAD of the seal of a file with the default header, in bytes. */
const HEADER_AAD = 964;
/** AAD of a key blob or slot has less than this, and what is sealed there at most 40 bytes. */
const BLOB_AAD = 256;

class Evidence {
  readonly #findings: ReadonlyMap<CheckName, Finding>;

  constructor(findings: readonly Finding[]) {
    this.#findings = new Map(findings.map((finding) => [finding.check, finding]));
  }

  ok(...checks: CheckName[]): boolean {
    return checks.every((check) => this.#findings.get(check)?.ok === true);
  }

  seen(check: CheckName): string {
    return this.#findings.get(check)?.seen ?? 'not tested';
  }

  number(check: CheckName): number {
    const value = Number(this.seen(check));
    return Number.isSafeInteger(value) ? value : 0;
  }
}

interface Need {
  /** Told only where this one is met: what follows from something missing is no second reason. */
  readonly after?: Need;
  readonly met: (evidence: Evidence) => boolean;
  /** What is missing, as a sentence with the evidence. */
  readonly missing: (evidence: Evidence) => string;
}

const tokenKeys: Need = {
  met: (e) => e.ok('session-key', 'sensitive-value', 'token-key', 'random'),
  missing: (e) => `It does not keep AES-256 keys as they are needed (${e.seen('token-key')}).`,
};

const sharedHandles: Need = {
  after: tokenKeys,
  met: (e) => e.ok('handles-shared'),
  missing: (e) => `Its sessions do not know each other's keys (${e.seen('handles-shared')}).`,
};

const keyWrap: Need = {
  after: tokenKeys,
  met: (e) => e.ok('keywrap-bytes', 'keywrap-tampered', 'keywrap-wrong-key'),
  missing: (e) => `It has no RFC 3394 key wrap that can be relied on (${e.seen('keywrap-bytes')}).`,
};

const gcm: Need = {
  after: tokenKeys,
  met: (e) =>
    e.ok('gcm-nonce', 'gcm-bytes', 'gcm-tampered', 'gcm-wrong-key') &&
    e.number('gcm-largest-aad') >= BLOB_AAD,
  missing: (e) =>
    e.seen('gcm-nonce') === 'none'
      ? 'It has no AES-GCM with a 12-byte nonce.'
      : `Its AES-GCM cannot be relied on (${e.seen('gcm-bytes')}, ${e.seen('gcm-tampered')}).`,
};

const segments: Need = {
  after: gcm,
  met: (e) =>
    e.number('gcm-largest-buffer') >= SMALLEST_SEGMENT && e.number('gcm-largest-aad') >= HEADER_AAD,
  missing: (e) =>
    `It takes at most ${e.number('gcm-largest-buffer')} bytes in one call with ` +
    `${e.number('gcm-largest-aad')} bytes of AAD: too little for the segments of a file.`,
};

/** What each pair asks of a token. Every vault keeps at least its sealing master in it. */
const needsOf = (custody: Custody, bulk: Bulk): readonly Need[] => [
  tokenKeys,
  sharedHandles,
  gcm,
  ...(bulk === 'token' || custody === 'hsm-only' ? [keyWrap] : []),
  ...(bulk === 'token' ? [segments] : []),
];

const verdict = (evidence: Evidence, custody: Custody, bulk: Bulk): PairVerdict => {
  const missing = needsOf(custody, bulk).filter((need) => !need.met(evidence));
  return {
    custody,
    bulk,
    carried: missing.length === 0,
    reason:
      missing.length === 0
        ? 'Everything it needs works on this token.'
        : missing
            .filter(({ after }) => after?.met(evidence) ?? true)
            .map((need) => need.missing(evidence))
            .join(' '),
  };
};

/** Hard requirements: without them somebody with the PIN and other software gets keys out. */
const hard: readonly {
  readonly name: string;
  readonly checks: readonly CheckName[];
  readonly met: string;
  readonly unmet: string;
  readonly untested: string;
}[] = [
  {
    name: 'unextractable',
    checks: ['unextractable-stays'],
    met: 'A key that may not leave the token cannot be wrapped out of it.',
    unmet: 'A key that may not leave the token can be wrapped out of it.',
    untested:
      'Whether a key that may not leave the token can be wrapped out of it could not be tested',
  },
  {
    name: 'no-added-rights',
    checks: ['copy-adds-nothing', 'change-adds-nothing'],
    met: 'Neither a copy nor a change gives a key a new usage or lets it leave.',
    unmet: 'A copy or a change gives a key a new usage or lets it leave.',
    untested: 'Whether a copy or a change gives a key a new usage could not be tested',
  },
  {
    name: 'usage',
    checks: ['usage-enforced'],
    met: 'A key does only what it was made for.',
    unmet: 'A key can be used for what it was not made for.',
    untested: 'Whether a key can be used for what it was not made for could not be tested',
  },
  {
    name: 'object-id',
    checks: ['object-id-reused'],
    met: 'A new key never replaces another one of the same id.',
    unmet: 'A new key of the same id silently replaces the older one, which is lost.',
    untested: 'Whether a new key replaces another one of the same id could not be tested',
  },
];

/** A refusal is no misdeed: what the test needs could not be made. */
const wordsOf = ({ unmet, untested }: (typeof hard)[number], seen: readonly string[]): string => {
  const evidence = [...new Set(seen)].join('; ');
  return seen.every((word) => word.startsWith('CKR') || word === 'not tested')
    ? `${untested}: ${evidence}.`
    : `${unmet} Seen: ${evidence}.`;
};

const hardRequirements = (evidence: Evidence): HardRequirement[] =>
  hard.map((requirement) => {
    const { name, checks, met } = requirement;
    if (evidence.ok(...checks)) return { name, met: true, words: met };
    const seen = checks.filter((check) => !evidence.ok(check)).map((check) => evidence.seen(check));
    return { name, met: false, words: wordsOf(requirement, seen) };
  });

const ivOf = (evidence: Evidence): TokenProfile['iv'] => {
  const seen = evidence.seen('gcm-nonce');
  return seen === 'caller' || seen === 'token' ? seen : 'none';
};

/** The largest power of two the token takes in one call, between the bounds of the format. */
const segmentSize = (evidence: Evidence): number => {
  const largest = evidence.number('gcm-largest-buffer');
  if (!segments.met(evidence)) return DEFAULT_SEGMENT; // the host processes all data
  return Math.min(DEFAULT_SEGMENT, 2 ** Math.floor(Math.log2(largest)));
};

const anchorOf = (evidence: Evidence): TokenProfile['anchor'] => {
  if (evidence.ok('data-object')) return 'data-object';
  return evidence.ok('label-object') ? 'label' : 'none';
};

/** Two workers less than sessions: one holds the login, one serves the engine's main thread. */
const workersOf = (evidence: Evidence): number =>
  Math.max(1, Math.min(limits.workers, evidence.number('sessions') - 2));

/** A token's ways that the program works round: said when `applies`. */
const ways: readonly { applies: (e: Evidence) => boolean; words: (e: Evidence) => string }[] = [
  {
    applies: (e) => e.seen('gcm-nonce') === 'token',
    words: () => 'The token makes the nonces itself: they are stored as it gives them.',
  },
  {
    applies: (e) => segments.met(e) && segmentSize(e) < DEFAULT_SEGMENT,
    words: (e) => `Files are processed in segments of ${segmentSize(e)} bytes.`,
  },
  {
    applies: (e) => e.seen('gcm-tampered') === 'CKR_GENERAL_ERROR',
    words: () =>
      'The token has one error for everything (CKR_GENERAL_ERROR): the program finds out itself ' +
      'whether data was changed or the key is another one.',
  },
  {
    applies: (e) => e.ok('session-after-error') && e.seen('session-after-error') !== 'usable',
    words: () => 'A session stays busy after an error: it is closed and another one opened.',
  },
  {
    applies: (e) => !e.ok('object-id-reused'),
    words: () => 'An id is looked up before a key is created under it.',
  },
  {
    applies: (e) => !e.ok('ed25519') && e.ok('ecdsa-p256'),
    words: () => 'Checkpoints are signed with ECDSA P-256: the token has no Ed25519.',
  },
  {
    applies: (e) => !e.ok('ed25519') && !e.ok('ecdsa-p256'),
    words: () => 'The token cannot sign checkpoints: the ledger does not prove its newest records.',
  },
  {
    applies: (e) => anchorOf(e) === 'label',
    words: () => 'The newest checkpoint is kept in the label of a secret: no data objects here.',
  },
  {
    applies: (e) => anchorOf(e) === 'none',
    words: () => 'The token cannot keep a checkpoint: a rolled-back vault is not noticed.',
  },
  {
    applies: (e) => !e.ok('cmac-bytes'),
    words: () => 'Keys that live only in the token have no check value: the token has no AES-CMAC.',
  },
  {
    applies: (e) => !e.ok('sessions'),
    words: (e) => `The token has few sessions: ${workersOf(e)} files or segments at a time.`,
  },
];

/** What a token can honestly carry: a pure function of what was seen. */
export const deriveAbilities = (findings: readonly Finding[]): Abilities => {
  const evidence = new Evidence(findings);
  const requirements = hardRequirements(evidence);
  return {
    iv: ivOf(evidence),
    segmentSize: segmentSize(evidence),
    workers: workersOf(evidence),
    gcm: gcm.met(evidence),
    keyWrap: keyWrap.met(evidence),
    cmac: evidence.ok('cmac-bytes'),
    ed25519: evidence.ok('ed25519'),
    p256: evidence.ok('ecdsa-p256'),
    anchor: anchorOf(evidence),
    pairs: custodyPairs.map(({ custody, bulk }) => verdict(evidence, custody, bulk)),
    hardRequirements: requirements,
    evaluationOnly: requirements.some((requirement) => !requirement.met),
    workarounds: ways.filter((way) => way.applies(evidence)).map((way) => way.words(evidence)),
  };
};

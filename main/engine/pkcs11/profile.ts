import { custodyPairs, type Bulk, type Custody } from '../../../shared/keys.ts';
import { limits } from '../../../shared/limits.ts';
import type { CheckName } from '../../../shared/messages/token/checks.ts';
import {
  requirements,
  type RequirementName,
  unmetRequirement,
  unsupported,
  workarounds,
} from '../../../shared/messages/token/profile.ts';
import type { Finding } from './finding.ts';
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

/** What the tests of a token showed, and what follows from them. */
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

/** Which further limits this token enforces on masters and resident keys. */
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
  /** Reported only where this one is met: otherwise the missing one is the reason. */
  readonly after?: Need;
  readonly met: (evidence: Evidence) => boolean;
  /** What is missing, as a sentence with the evidence. */
  readonly missing: (evidence: Evidence) => string;
}

const tokenKeys: Need = {
  met: (e) => e.ok('session-key', 'sensitive-value', 'token-key', 'random'),
  missing: (e) => unsupported.tokenKeys(e.seen('token-key')),
};

const sharedHandles: Need = {
  after: tokenKeys,
  met: (e) => e.ok('handles-shared'),
  missing: (e) => unsupported.sharedHandles(e.seen('handles-shared')),
};

const keyWrap: Need = {
  after: tokenKeys,
  met: (e) => e.ok('keywrap-bytes', 'keywrap-tampered', 'keywrap-wrong-key'),
  missing: (e) => unsupported.keyWrap(e.seen('keywrap-bytes')),
};

const gcm: Need = {
  after: tokenKeys,
  met: (e) =>
    e.ok('gcm-nonce', 'gcm-bytes', 'gcm-tampered', 'gcm-wrong-key') &&
    e.number('gcm-largest-aad') >= BLOB_AAD,
  missing: (e) =>
    e.seen('gcm-nonce') === 'none'
      ? unsupported.noGcm
      : unsupported.gcm(e.seen('gcm-bytes'), e.seen('gcm-tampered')),
};

const segments: Need = {
  after: gcm,
  met: (e) =>
    e.number('gcm-largest-buffer') >= SMALLEST_SEGMENT && e.number('gcm-largest-aad') >= HEADER_AAD,
  missing: (e) => unsupported.segments(e.number('gcm-largest-buffer'), e.number('gcm-largest-aad')),
};

/** What each pair needs. The sealing master of every vault is in the token. */
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
        ? unsupported.nothing
        : missing
            .filter(({ after }) => after?.met(evidence) ?? true)
            .map((need) => need.missing(evidence))
            .join(' '),
  };
};

const requirementChecks: Readonly<Record<RequirementName, readonly CheckName[]>> = {
  unextractable: ['unextractable-stays'],
  'no-added-rights': ['copy-adds-nothing', 'change-adds-nothing'],
  usage: ['usage-enforced'],
  'object-id': ['object-id-reused'],
};

/** Where everything was refused, the test could not be made: that shows no misbehaviour. */
const isUntested = (seen: readonly string[]): boolean =>
  seen.every((word) => word.startsWith('CKR') || word === 'not tested');

const hardRequirements = (evidence: Evidence): HardRequirement[] =>
  (Object.keys(requirements) as RequirementName[]).map((name) => {
    const checks = requirementChecks[name];
    if (evidence.ok(...checks)) return { name, met: true, words: requirements[name].met };
    const seen = checks.filter((check) => !evidence.ok(check)).map((check) => evidence.seen(check));
    const words = unmetRequirement(name, [...new Set(seen)].join('; '), isUntested(seen));
    return { name, met: false, words };
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

/** Two sessions are kept for the login and the engine's main thread. */
const workersOf = (evidence: Evidence): number =>
  Math.max(1, Math.min(limits.workers, evidence.number('sessions') - 2));

/** What the program does differently on such a token. */
const ways: readonly { applies: (e: Evidence) => boolean; words: (e: Evidence) => string }[] = [
  {
    applies: (e) => e.seen('gcm-nonce') === 'token',
    words: () => workarounds.tokenNonce,
  },
  {
    applies: (e) => segments.met(e) && segmentSize(e) < DEFAULT_SEGMENT,
    words: (e) => workarounds.smallSegments(segmentSize(e)),
  },
  {
    applies: (e) => e.seen('gcm-tampered') === 'CKR_GENERAL_ERROR',
    words: () => workarounds.oneError,
  },
  {
    applies: (e) => e.ok('session-after-error') && e.seen('session-after-error') !== 'usable',
    words: () => workarounds.busySession,
  },
  {
    applies: (e) => !e.ok('object-id-reused'),
    words: () => workarounds.reusedId,
  },
  {
    applies: (e) => !e.ok('ed25519') && e.ok('ecdsa-p256'),
    words: () => workarounds.p256,
  },
  {
    applies: (e) => !e.ok('ed25519') && !e.ok('ecdsa-p256'),
    words: () => workarounds.noSignature,
  },
  {
    applies: (e) => anchorOf(e) === 'label',
    words: () => workarounds.label,
  },
  {
    applies: (e) => anchorOf(e) === 'none',
    words: () => workarounds.noAnchor,
  },
  {
    applies: (e) => !e.ok('cmac-bytes'),
    words: () => workarounds.noCmac,
  },
  {
    applies: (e) => !e.ok('sessions'),
    words: (e) => workarounds.fewSessions(workersOf(e)),
  },
];

/** What a token supports. Depends on the findings alone. */
export const deriveAbilities = (findings: readonly Finding[]): Abilities => {
  const evidence = new Evidence(findings);
  const hard = hardRequirements(evidence);
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
    hardRequirements: hard,
    evaluationOnly: hard.some(({ met }) => !met),
    workarounds: ways.filter((way) => way.applies(evidence)).map((way) => way.words(evidence)),
  };
};

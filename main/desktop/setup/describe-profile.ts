import type { Profile } from '../../../shared/contract/token.ts';
import type { TokenProfile } from '../../engine/index.ts';

/** A token's profile as the window shows it. */
export const describeProfile = (
  profile: TokenProfile,
  about: {
    readonly evaluation: boolean;
    readonly took: number | null;
    readonly probed: string | null;
  },
): Profile => {
  const { token, module } = profile;
  const { label, serial, model, manufacturer } = token;
  return {
    token: { label, serial, model, manufacturer },
    library: { path: module.path, version: module.version, sha256: module.sha256 },
    evaluationOnly: about.evaluation || profile.evaluationOnly,
    pairs: profile.pairs.map(({ custody, bulk, carried, reason }) => ({
      custody,
      bulk,
      carried,
      reason,
    })),
    hardRequirements: profile.hardRequirements.map(({ name, met, words }) => ({
      name,
      met,
      words,
    })),
    workarounds: [...profile.workarounds],
    findings: profile.findings.map(({ check, expected, seen, ok }) => ({
      check,
      expected,
      seen,
      ok,
    })),
    segmentSize: profile.segmentSize,
    maxSessions: profile.maxSessions,
    workers: profile.workers,
    anchor: profile.anchor,
    signs: profile.ed25519 ? 'ed25519' : profile.p256 ? 'p256' : 'none',
    pinPad: token.pinPad,
    took: about.took,
    probed: about.probed,
  };
};

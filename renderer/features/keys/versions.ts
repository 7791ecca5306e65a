import type { KeyDetail } from '../../../shared/contract/keys.ts';
import {
  isVersionAct,
  type KeyAct,
  stateAfter,
  type VersionPlace,
} from '../../../shared/key-life.ts';

export type Version = KeyDetail['versions'][number];

const placeOf = (version: Version, { key }: KeyDetail): VersionPlace => ({
  state: version.state,
  isNewest: version.version === key.version,
  beforeDestroy: version.beforeDestroy,
});

export const placesOf = (detail: KeyDetail): VersionPlace[] =>
  detail.versions.map((version) => placeOf(version, detail));

/** The versions that an act is possible on, newest first; the newest for acts on the whole key. */
export const versionsFor = (detail: KeyDetail, act: KeyAct): readonly Version[] =>
  isVersionAct(act)
    ? detail.versions.filter((version) => stateAfter(act, placeOf(version, detail)) !== null)
    : detail.versions.slice(0, 1);

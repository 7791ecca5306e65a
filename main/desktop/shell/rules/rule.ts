import type { Session, WebContents } from 'electron';

/** What a rule applies to. */
export interface RuleTargets {
  /** The one session of the window. */
  readonly session: Pick<
    Session,
    | 'setPermissionRequestHandler'
    | 'setPermissionCheckHandler'
    | 'setDevicePermissionHandler'
    | 'setSpellCheckerEnabled'
    | 'webRequest'
    | 'on'
  >;
  /** Called for all present and future contents: windows, frames, developer tools. */
  readonly onContents: (work: (contents: RuleContents) => void) => void;
}

export type RuleContents = Pick<WebContents, 'on' | 'setWindowOpenHandler'>;

/** One restriction. */
export interface Rule {
  readonly name: string;
  /** The points of Electron's security checklist that it answers. */
  readonly points: readonly number[];
  readonly apply: (targets: RuleTargets) => void;
}

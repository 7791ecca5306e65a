import type { Session, WebContents } from 'electron';

/** What a rule is laid upon. */
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
  /** Calls back for all contents there are or will be: windows, frames, developer tools. */
  readonly onContents: (work: (contents: RuleContents) => void) => void;
}

export type RuleContents = Pick<WebContents, 'on' | 'setWindowOpenHandler'>;

/** One small refusal. */
export interface Rule {
  readonly name: string;
  /** The points of Electron's security checklist that it answers. */
  readonly points: readonly number[];
  readonly apply: (targets: RuleTargets) => void;
}

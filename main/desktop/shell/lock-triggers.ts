import type { PowerMonitor, WebContents } from 'electron';
import type { LockReason } from '../../../shared/contract/app.ts';

export interface LockTriggers {
  readonly powerMonitor: Pick<PowerMonitor, 'on' | 'getSystemIdleState'>;
  readonly platform: NodeJS.Platform;
  /** Whether the officer wants this (settings). */
  readonly wanted: () => boolean;
  readonly lock: (reason: LockReason) => void;
}

const LOOK_MS = 2_000;
/** Of no interest: 'locked' is told whatever the threshold for 'idle' is. In seconds. */
const IDLE_THRESHOLD = 3_600;

/** Locks with the computer. @returns a function that stops watching */
export const watchComputer = (triggers: LockTriggers): (() => void) => {
  const { powerMonitor, platform, wanted, lock } = triggers;
  const on = (reason: LockReason) => (): void => {
    if (wanted()) lock(reason);
  };
  powerMonitor.on('lock-screen', on('system-lock'));
  powerMonitor.on('suspend', on('suspend'));
  if (platform !== 'linux') return () => undefined;
  // On Linux Electron emits no lock-screen; the idle state does say it.
  const timer = setInterval(() => {
    if (powerMonitor.getSystemIdleState(IDLE_THRESHOLD) === 'locked') on('system-lock')();
  }, LOOK_MS);
  return () => clearInterval(timer);
};

const inputs: ReadonlySet<string> = new Set([
  'mouseDown',
  'mouseMove',
  'mouseWheel',
  'rawKeyDown',
  'keyDown',
  'char',
  'touchStart',
  'gestureScrollBegin',
  'pointerDown',
]);

/** Reports input in the window, independently of the page. */
export const watchInput = (contents: WebContents, touched: () => void): void => {
  contents.on('input-event', (_event, { type }) => {
    if (inputs.has(type)) touched();
  });
};

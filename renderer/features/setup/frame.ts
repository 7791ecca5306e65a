import type { SetupPage } from '../../state/setup.svelte.ts';

/** What every page of the wizard gives to its frame. */
export interface Frame {
  readonly chosen: Readonly<Partial<Record<SetupPage, string>>>;
  readonly short: boolean;
  readonly pinStep: string;
}

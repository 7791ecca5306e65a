import type { Command } from '../../../shared/contract/app.ts';
import { places } from '../../state/vault.svelte.ts';

export type Shortcut = Command | 'search' | 'shortcuts';

const single: Readonly<Record<string, Shortcut>> = {
  '/': 'search',
  '?': 'shortcuts',
  n: 'new-key',
  o: 'add-files',
  O: 'add-folder',
};

const withControl: Readonly<Record<string, Shortcut>> = {
  l: 'lock',
  ',': 'settings',
  ...Object.fromEntries(places.map((place, index) => [String(index + 1), place])),
};

/** What a key does anywhere in the window; single keys do nothing where text is typed. */
export const shortcutOf = (event: KeyboardEvent): Shortcut | null => {
  if (event.defaultPrevented || event.altKey) return null;
  if (event.ctrlKey || event.metaKey) return withControl[event.key.toLowerCase()] ?? null;
  return isFree(event.target) ? (single[event.key] ?? null) : null;
};

/** Neither in a field nor in front of a dialog or a menu. */
export const isFree = (target: EventTarget | null): boolean =>
  !(target instanceof Element && target.closest('input, textarea, [role="combobox"]')) &&
  document.querySelector(
    '[role="dialog"], [role="alertdialog"], [role="menu"], [role="listbox"]',
  ) === null;

/**
 * Enter triggers the primary action of the page, unless the focus is on something that uses Enter.
 */
export const isMainAct = (event: KeyboardEvent): boolean =>
  event.key === 'Enter' &&
  !event.defaultPrevented &&
  isFree(event.target) &&
  !(event.target instanceof Element && event.target.closest('button, a, [role="grid"]'));

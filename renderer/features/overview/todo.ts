import type { Attention } from '../../../shared/contract/overview.ts';
import type { GlyphName } from '../../lib/ui/glyphs.ts';
import { messages } from '../../messages/en.ts';
import type { OpenVault } from '../../state/vault.svelte.ts';

export interface Todo {
  readonly glyph: GlyphName;
  readonly title: string;
  readonly text: string;
  readonly act?: { readonly label: string; readonly run: () => void };
}

const words = messages.overview.todo;
type Of<Kind extends Attention['kind']> = Extract<Attention, { kind: Kind }>;

const showKey = (vault: OpenVault, item: Of<'key-compromised'> | Of<'key-seals'>): Todo['act'] => ({
  label: words[item.kind].act,
  run: () => {
    vault.keys.open(item.key);
    vault.go('keys');
  },
});

/** Something to be done, in words, with the act that does it. */
export const todoOf = (item: Attention, vault: OpenVault): Todo => {
  switch (item.kind) {
    case 'ledger-damaged':
      return {
        glyph: 'failed',
        ...words[item.kind],
        act: { label: words[item.kind].act, run: () => vault.go('audit') },
      };
    case 'pin-tries':
      return {
        glyph: 'warning',
        title: item.state === 'final-try' ? words[item.kind].final : words[item.kind].low,
        text: words[item.kind].text,
      };
    case 'key-compromised':
      return {
        glyph: 'compromised',
        title: words[item.kind].title(item.name, item.files),
        text: words[item.kind].text,
        act: showKey(vault, item),
      };
    case 'key-seals':
      return {
        glyph: 'warning',
        title: words[item.kind].title(item.name, item.percent),
        text: words[item.kind].text,
        act: showKey(vault, item),
      };
    case 'batch-unfinished':
      return {
        glyph: 'waiting',
        title: words[item.kind].title(item.files),
        text: words[item.kind].text,
        act: { label: words[item.kind].act, run: () => vault.go('work') },
      };
    case 'no-loss-plan':
      return { glyph: 'warning', ...words[item.kind] };
    case 'no-keys':
      return {
        glyph: 'ring',
        ...words[item.kind],
        act: { label: words[item.kind].act, run: () => vault.newKey() },
      };
    case 'not-verified':
      return {
        glyph: 'ring',
        ...words[item.kind],
        act: {
          label: words[item.kind].act,
          run: () => void vault.verify().then(() => vault.overview.refresh()),
        },
      };
  }
};

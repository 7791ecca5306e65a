import type { AuditFilter } from '../../../shared/contract/audit.ts';
import type { Attention } from '../../../shared/contract/overview.ts';
import { when } from '../../lib/format.ts';
import type { GlyphName } from '../../lib/ui/glyphs.ts';
import { messages } from '../../messages/en.ts';
import type { OpenVault, Place } from '../../state/vault.svelte.ts';

interface TodoAct {
  readonly label: string;
  readonly run: () => void;
}

export interface Todo {
  readonly glyph: GlyphName;
  readonly title: string;
  readonly text: string;
  readonly act?: TodoAct;
}

const words = messages.overview.todo;
const isTold = (finding: string): finding is keyof typeof words.finding.kinds =>
  finding in words.finding.kinds;

type Of<Kind extends Attention['kind']> = Extract<Attention, { kind: Kind }>;

const go = (vault: OpenVault, place: Place, label: string): TodoAct => ({
  label,
  run: () => {
    vault.go(place);
  },
});

const audit = (vault: OpenVault, label: string, filter: AuditFilter): TodoAct => ({
  label,
  run: () => {
    void vault.audit.setFilter(filter);
    vault.go('audit');
  },
});

type KeyItem = 'key-compromised' | 'key-seals' | 'key-rotation' | 'key-destruction';

const showKey = (vault: OpenVault, item: Of<KeyItem>): TodoAct => ({
  label: words[item.kind].act,
  run: () => {
    vault.keys.open(item.key);
    vault.go('keys');
  },
});

const verify = async (vault: OpenVault): Promise<void> => {
  await vault.verify();
  await vault.overview.refresh();
};

type Makers = {
  readonly [Kind in Attention['kind']]: (item: Of<Kind>, vault: OpenVault) => Todo;
};

const makers: Makers = {
  'rolled-back': ({ kind }, vault) => ({
    glyph: 'failed',
    ...words[kind],
    act: go(vault, 'rollback', messages.rollback.decide),
  }),
  finding: ({ kind, finding }, vault) => ({
    glyph: 'warning',
    ...(isTold(finding) ? words[kind].kinds[finding] : words[kind].other),
    act: go(vault, 'audit', words[kind].act),
  }),
  'ledger-damaged': ({ kind }, vault) => ({
    glyph: 'failed',
    ...words[kind],
    act: go(vault, 'audit', words[kind].act),
  }),
  'pin-tries': ({ kind, state }) => ({
    glyph: 'warning',
    title: state === 'final-try' ? words[kind].final : words[kind].low,
    text: words[kind].text,
  }),
  'pins-refused': ({ kind, tries }, vault) => ({
    glyph: 'warning',
    title: words[kind].title(tries),
    text: words[kind].text,
    act: audit(vault, words[kind].act, { action: 'token.login', outcome: 'refused' }),
  }),
  'files-failed': ({ kind, files }, vault) => ({
    glyph: 'failed',
    title: words[kind].title(files),
    text: words[kind].text,
    act: audit(vault, words[kind].act, { outcome: 'failed' }),
  }),
  'setting-weak': ({ kind, setting, minutes }, vault) => ({
    glyph: 'warning',
    title: words[kind].titles[setting](minutes),
    text: words[kind].text,
    act: go(vault, 'settings', words[kind].act),
  }),
  'key-compromised': (item, vault) => ({
    glyph: 'compromised',
    title: words[item.kind].title(item.name, item.files),
    text: words[item.kind].text,
    act: showKey(vault, item),
  }),
  'key-rotation': (item, vault) => ({
    glyph: item.state === 'overdue' ? 'failed' : 'warning',
    title: words[item.kind].titles[item.state](item.name, when(item.ends, new Date())),
    text: words[item.kind].text,
    act: showKey(vault, item),
  }),
  'key-destruction': (item, vault) => ({
    glyph: item.postponed ? 'failed' : 'warning',
    ...(item.postponed
      ? words[item.kind].postponed(item.name, item.version)
      : words[item.kind].scheduled(item.name, item.version, when(item.at, new Date()))),
    act: showKey(vault, item),
  }),
  'key-seals': (item, vault) => ({
    glyph: 'warning',
    title: words[item.kind].title(item.name, item.percent),
    text: words[item.kind].text,
    act: showKey(vault, item),
  }),
  'batch-unfinished': ({ kind, files }, vault) => ({
    glyph: 'waiting',
    title: words[kind].title(files),
    text: words[kind].text,
    act: go(vault, 'work', words[kind].act),
  }),
  'no-loss-plan': ({ kind }) => ({ glyph: 'warning', ...words[kind] }),
  'no-keys': ({ kind }, vault) => ({
    glyph: 'ring',
    ...words[kind],
    act: { label: words[kind].act, run: vault.newKey.bind(vault) },
  }),
  'not-verified': ({ kind }, vault) => ({
    glyph: 'ring',
    ...words[kind],
    act: { label: words[kind].act, run: () => void verify(vault) },
  }),
};

/** Something to do, in words, with the action that does it. */
export const todoOf = <Kind extends Attention['kind']>(item: Of<Kind>, vault: OpenVault): Todo => {
  const make: (item: Of<Kind>, vault: OpenVault) => Todo = makers[item.kind];
  return make(item, vault);
};

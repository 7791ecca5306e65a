import { anchors } from '../../shared/messages/token/anchors.ts';
import type { AnchorKind, EngineCalls } from '../engine/index.ts';
import type { Caller } from '../rpc/index.ts';
import type { LedgerToken, Vault } from '../vault/index.ts';
import { mastersOf } from './token-binding.ts';

/** Where the token keeps the anchor, as the signed first record says; `none` where it says nothing. */
export const anchorKindOf = ({ facts }: Pick<Vault, 'facts'>): AnchorKind => {
  const kind = facts.first?.details['anchor'];
  return kind === 'data-object' || kind === 'label' ? kind : 'none';
};

/**
 * The token behind an engine that is logged in, for the ledger of one vault.
 * @throws Failure 'master-missing' | 'proof-failed' where it is not this vault's token
 */
export const ledgerToken = async (
  engine: Caller<EngineCalls>,
  vault: Pick<Vault, 'id' | 'checkpointKey' | 'facts'>,
): Promise<LedgerToken> => {
  const { id: vaultId, checkpointKey, facts } = vault;
  const spki = Buffer.from(checkpointKey.spki).toString('base64');
  await engine.call('bindLedger', { vaultId, key: { curve: checkpointKey.curve, spki } });
  const kind = anchorKindOf(vault);
  // Before there were sessions, a label anchor lay under an id of its own.
  const thorough = facts.session === null;
  return {
    sign: (text) => engine.call('signCheckpoint', { text }),
    newSessionKey: (name) => engine.call('newSessionKey', name),
    requireMasters: (tables) => engine.call('requireMasters', { masters: mastersOf(tables) }),
    openSessionKey: (name, sealed) => engine.call('openSessionKey', { ...name, sealed }),
    readAnchors: () => engine.call('readAnchors', { vaultId, thorough }),
    keepAnchor:
      kind === 'none'
        ? null
        : (note, superseded) =>
            engine.call('keepAnchor', { vaultId, kind, note, superseded: [...superseded] }),
  };
};

/** What the anchor proves, for people: on screen and in reports. */
export const anchorWords = (vault: Vault): string => {
  const isInVault = vault.tables.meta.token()?.inVault ?? false;
  if (isInVault) return anchors.inVault;
  return anchorKindOf(vault) === 'none' ? anchors.none : anchors.stored;
};

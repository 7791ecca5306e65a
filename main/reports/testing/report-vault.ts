import type { Action } from '../../../shared/actions.ts';
import type { NoteCurve } from '../../pki/public-key.ts';
import type { TokenInfo } from '../../engine/pkcs11/token-info.ts';
import type { Tables } from '../../keystore/keystore.ts';
import type { NewRecord } from '../../ledger/record.ts';
import { newKeyId, testContext, wrappedVersion } from '../../vault/testing/context.ts';
import { DiskModel } from '../../store/testing/disk-model.ts';
import { createUnlocked } from '../../vault/testing/sessions.ts';
import { SoftwareToken } from '../../vault/testing/software-token.ts';
import type { Vault } from '../../vault/vault.ts';
import type { ReportSession } from '../make-report.ts';

const tokenInfo: TokenInfo = {
  slotId: '00',
  label: 'desk-4',
  serial: '42',
  manufacturer: 'Test',
  model: 'Software',
  firmware: '1.0',
  initialised: true,
  loginRequired: true,
  pinPad: false,
  pinState: 'ok',
  writeProtected: false,
  mechanisms: 1,
  maxSessions: null,
  pinLength: { min: 4, max: 8 },
};

const profile = {
  iv: 'caller',
  segmentSize: 262144,
  maxSessions: null,
  evaluationOnly: false,
  ed25519: true,
  p256: true,
  anchor: 'data-object',
  module: { path: '/lib/token.so', version: '1.0', sha256: '00'.repeat(32) },
  pairs: [{ custody: 'hsm-only', bulk: 'host', carried: true, reason: 'It works.' }],
  hardRequirements: [{ name: 'unextractable-stays', met: true, words: 'It stays.' }],
  findings: [{ check: 'token-key', expected: 'ok', seen: 'ok', ok: true }],
};

export interface ReportVault {
  readonly disk: DiskModel;
  readonly token: SoftwareToken;
  readonly session: ReportSession;
  readonly key: string;
}

/** What a keystore says of a token that is none. */
export const bindSoftwareToken = ({ meta }: Tables): void =>
  meta.set('token', {
    label: tokenInfo.label,
    serial: tokenInfo.serial,
    modulePath: '/lib/token.so',
    parameters: null,
    librarySha256: '00'.repeat(32),
    inVault: false,
    profile,
  });

/** An unlocked vault in memory with one key, whose checkpoints a software token signs. */
export const makeReportVault = async (
  curve: NoteCurve,
  token = new SoftwareToken(curve),
): Promise<ReportVault> => {
  const disk = new DiskModel();
  const context = await testContext();
  const creation = {
    token: { label: tokenInfo.label, serial: tokenInfo.serial },
    change: bindSoftwareToken,
  };
  const { vault } = await createUnlocked(disk, context, creation, token);
  const id = newKeyId();
  await vault.commit(
    ({ keys }) => {
      const blob = Buffer.alloc(60);
      keys.insert(
        { id, name: 'Contracts', custody: 'hsm-only', bulk: 'host' },
        wrappedVersion(1, blob),
      );
    },
    () => fileAct('key.create', id, 'Contracts'),
  );
  return { disk, token, key: id, session: sessionOn(vault) };
};

export const sessionOn = (vault: Vault): ReportSession => ({
  vault,
  vaultDir: '/srv/Finance archive',
  token: tokenInfo,
  checkpoint: () => vault.checkpoint('now'),
});

export const fileAct = (
  action: Action,
  key: string,
  name: string,
  outcome: NewRecord['outcome'] = 'ok',
): NewRecord => ({
  action,
  subject: { key, name },
  outcome,
  ...(outcome === 'ok' ? {} : { code: 'wrong-key' }),
  details: {},
});

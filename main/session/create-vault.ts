import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'valibot';
import { Failure } from '../../shared/failure.ts';
import { type VaultId, vaultIdSchema } from '../../shared/ids.ts';
import { limits } from '../../shared/limits.ts';
import { tokenCannotHoldVault, tokenCannotSign } from '../../shared/messages/failures/session.ts';
import {
  type EngineCalls,
  type EngineProcess,
  evaluationFiles,
  type Masters,
  type SigningKey,
  type SigningKeys,
  type TokenInfo,
  type TokenProfile,
} from '../engine/index.ts';
import type { JsonObject } from '../json/index.ts';
import type { TokenBinding } from '../keystore/index.ts';
import { fingerprintOf } from '../pki/index.ts';
import type { Caller } from '../rpc/index.ts';
import { sha256 } from '../system/index.ts';
import { fullPathOf, type KnownVault, meet, type TrustStore } from '../trust/index.ts';
import { Vault, type VaultContext } from '../vault/index.ts';
import { ledgerToken } from './checkpointing.ts';
import { claimTokenFolder, makeParents, refuseUsedFolder, removeFolders } from './new-folder.ts';
import { bindToken, profileDetails } from './token-binding.ts';

/** The token of a new vault: one made for evaluation inside its folder, or one that is there. */
export type TokenChoice = { readonly kind: 'evaluation' } | ExistingToken;

export interface ExistingToken {
  readonly kind: 'existing';
  readonly modulePath: string;
  /** String for C_Initialize, for libraries that want one (NSS). */
  readonly parameters: string | null;
  readonly label: string;
  readonly serial: string | null;
}

export interface SetupParts {
  /** The new vault's folder; an evaluation token is made in it before the vault is. */
  readonly vaultDir: string;
  readonly choice: TokenChoice;
  readonly context: VaultContext;
  readonly startEngine: () => EngineProcess;
  /** Where the new vault is remembered, outside of its folder. */
  readonly trust: TrustStore;
}

export interface CreateVault extends SetupParts {
  /** Asks for the PIN of the token, or for a new one where the token is being made. */
  readonly askPin: (token: TokenInfo | null) => Promise<string>;
}

export interface CreatedVault {
  readonly vaultId: VaultId;
  readonly profile: TokenProfile;
  /** Why this computer does not remember the vault; null where it does. */
  readonly notRemembered: Failure | null;
}

/** Makes a vault in one go. */
export const createVault = async (input: CreateVault): Promise<CreatedVault> => {
  const setup = new VaultSetup(input);
  try {
    const profile = await setup.connect(input.askPin);
    const vaultId = await setup.finish(input.vaultDir);
    return { vaultId, profile, notRemembered: setup.notRemembered };
  } catch (error) {
    await setup.cancel();
    throw error;
  } finally {
    await setup.engine.stop();
  }
};

type How = Pick<TokenBinding, 'modulePath' | 'parameters' | 'inVault'>;

interface Connected {
  readonly how: How;
  readonly profile: TokenProfile;
}

/**
 * Makes a vault step by step: its token is probed, then its two master keys are made there. The
 * vault's folder is written last; where that fails, or all is cancelled before, an evaluation
 * token is removed again, and masters in a real token stay behind as objects that nothing refers
 * to. The caller stops the engine, or continues with it: it is logged in.
 */
export class VaultSetup {
  readonly engine: EngineProcess;
  readonly #parts: SetupParts;
  #connected: Connected | null = null;
  /** Whether an evaluation token was created in the folder, which belongs to no vault yet. */
  #ownsToken = false;
  #notRemembered: Failure | null = null;
  /** Folders that were made for the token or the vault, outermost first. */
  #folders: readonly string[] = [];

  constructor(parts: SetupParts) {
    this.#parts = parts;
    this.engine = parts.startEngine();
  }

  /** Why this computer does not remember the vault; null where it does. */
  get notRemembered(): Failure | null {
    return this.#notRemembered;
  }

  /** Makes the token where it is one for evaluation, logs in and probes. */
  async connect(askPin: CreateVault['askPin']): Promise<TokenProfile> {
    const { vaultDir, choice } = this.#parts;
    await refuseUsedFolder(vaultDir);
    const how =
      choice.kind === 'evaluation'
        ? await this.#makeToken(await askPin(null))
        : await connectExisting(choice, this.engine.caller, askPin);
    const profile = await this.engine.caller.call('probe', null);
    refuseUnusable(profile);
    this.#connected = { how, profile };
    return profile;
  }

  /** Makes the masters and the vault's folder. */
  async finish(vaultDir: string): Promise<VaultId> {
    if (this.#connected === null) throw new Error('the setup has no token yet');
    const { how, profile } = this.#connected;
    if (this.#parts.choice.kind === 'existing') {
      await refuseUsedFolder(vaultDir);
      this.#folders = await makeParents(vaultDir);
    }
    const vaultId = parse(vaultIdSchema, randomBytes(16).toString('hex'));
    const engine = this.engine.caller;
    const masters = await engine.call('createMasters', { vaultId, profile });
    const signing = await engine.call('createSigningKeys', { vaultId, profile });
    const certificate = await certify(this.#parts, engine, vaultId, signing.report);
    const binding = bindToken(profile, how);
    const met = await meetMade(vaultId, binding, signing.checkpoint);
    // First, so that no crash leaves a vault behind that this computer does not know.
    this.#notRemembered = await this.#parts.trust.remember(met);
    const made = { vaultId, binding, profile, masters, signing, certificate };
    const vault = await store({ ...this.#parts, vaultDir }, made, engine);
    this.#ownsToken = false;
    try {
      await vault.anchorFirst(await ledgerToken(engine, vault));
    } finally {
      await vault.close();
    }
    return vaultId;
  }

  /** Removes the token that was made here with its folders, unless a vault has it now. */
  async cancel(): Promise<void> {
    if (this.#ownsToken) await removeEvaluationToken(this.#parts.vaultDir);
    await removeFolders(this.#folders);
  }

  async #makeToken(pin: string): Promise<How> {
    const { vaultDir } = this.#parts;
    const engine = this.engine.caller;
    this.#folders = await claimTokenFolder(vaultDir);
    this.#ownsToken = true;
    const target = await engine.call('createEvaluationToken', { folder: vaultDir, pin });
    await engine.call('connectEvaluation', {
      folder: vaultDir,
      label: target.label,
      library: null,
    });
    await engine.call('login', { pin });
    return { modulePath: target.modulePath, parameters: null, inVault: true };
  }
}

const connectExisting = async (
  choice: ExistingToken,
  engine: Caller<EngineCalls>,
  askPin: CreateVault['askPin'],
): Promise<How> => {
  const { modulePath, parameters, label, serial } = choice;
  const token = await engine.call('connect', {
    modulePath,
    parameters,
    environment: {},
    librarySha256: null,
    label,
    serial,
    orTwin: false,
  });
  await engine.call('login', { pin: token.pinPad ? null : await askPin(token) });
  return { modulePath, parameters, inVault: false };
};

/** What is known of the vault from the beginning. */
const meetMade = async (
  id: VaultId,
  { modulePath, librarySha256, parameters, label, serial, inVault }: TokenBinding,
  key: SigningKey,
): Promise<KnownVault> => {
  const checkpointKey = { curve: key.curve, spki: Buffer.from(key.spki, 'base64') };
  return meet(
    { id, checkpointKey },
    {
      ...{ parameters, inVault, librarySha256, token: { label, serial } },
      modulePath: await fullPathOf(modulePath),
    },
  );
};

/** A vault needs at least its sealing master: without AES-GCM it cannot be created. */
const refuseUnusable = (profile: TokenProfile): void => {
  if (!profile.ed25519 && !profile.p256) throw tokenCannotSign();
  if (profile.pairs.some(({ carried }) => carried)) return;
  // The pair that asks for the least: what it lacks, every other one lacks too.
  const least = profile.pairs.find(({ custody }) => custody === 'hsm-wrapped');
  throw tokenCannotHoldVault(least?.reason ?? '');
};

interface Made {
  readonly vaultId: VaultId;
  readonly binding: TokenBinding;
  readonly profile: TokenProfile;
  readonly masters: Masters;
  readonly signing: SigningKeys;
  /** Of the report key, DER; null where the token cannot sign reports. */
  readonly certificate: Buffer | null;
}

const certify = async (
  { context }: SetupParts,
  engine: Caller<EngineCalls>,
  vault: VaultId,
  key: SigningKey | null,
): Promise<Buffer | null> => {
  if (key === null) return null;
  // Costly to load, and needed once in a vault's life.
  const { makeReportCertificate } = await import('../certificates/index.ts');
  return makeReportCertificate({
    vault,
    publicKey: Buffer.from(key.spki, 'base64'),
    created: context.clock.now(),
    sign: (digest) => engine.call('signReportDigest', { key, digest }),
  });
};

const store = async (
  { vaultDir, choice, context }: SetupParts,
  { vaultId, binding, profile, masters, signing, certificate }: Made,
  engine: Caller<EngineCalls>,
): Promise<Vault> => {
  const { curve, spki } = signing.checkpoint;
  await engine.call('bindLedger', { vaultId, key: { curve, spki } });
  const created = context.clock.now().toISOString();
  const inVault = choice.kind === 'evaluation';
  return Vault.create(
    vaultDir,
    {
      vaultId,
      key: { curve, spki: Buffer.from(spki, 'base64') },
      sign: (text) => engine.call('signCheckpoint', { text }),
      token: { label: binding.label, serial: binding.serial },
      beside: inVault ? Object.values(evaluationFiles) : [],
      details: {
        ...profileDetails(profile),
        evaluation: inVault || profile.evaluationOnly,
        tokenInVault: inVault,
        anchor: profile.anchor,
        checkpointKey: publicPart(signing.checkpoint),
        reportKey: publicPart(signing.report),
        reportCertificate: certificate && sha256(certificate),
      },
      change: ({ meta, masters: table, seals }) => {
        meta.set('token', binding);
        meta.set('signingKeys', {
          ...signing,
          reportCertificate: certificate?.toString('base64') ?? null,
        });
        meta.set('evaluation', inVault || profile.evaluationOnly);
        table.set({ role: 'wrap', ...masters.wrap, created });
        table.set({ role: 'seal', ...masters.seal, created });
        // The proof of the sealing master was its first seal.
        seals.reserve('master', limits.sealReservation);
      },
    },
    context,
  );
};

/** Who holds the public halves can verify; the first record names them once and for all. */
const publicPart = (key: SigningKey | null): JsonObject | null =>
  key && {
    curve: key.curve,
    spki: key.spki,
    fingerprint: fingerprintOf(Buffer.from(key.spki, 'base64')),
  };

const removeEvaluationToken = async (folder: string): Promise<void> => {
  for (const name of Object.values(evaluationFiles)) {
    await rm(path.join(folder, name), { recursive: true, force: true });
  }
};

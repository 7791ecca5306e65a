import { dialogs as titles } from '../../../shared/messages/desktop.ts';
import { homedir } from 'node:os';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Input, Output } from '../../../shared/contract.ts';
import type { Profile } from '../../../shared/contract/token.ts';
import {
  creatingVault,
  evaluationTokensOnly,
  pinNotEntered,
  tokenNotTested,
} from '../../../shared/messages/failures/desktop.ts';
import type { EngineProcess } from '../../engine/index.ts';
import { checkNewFolder, type TokenChoice, VaultSetup } from '../../session/index.ts';
import type { TrustStore } from '../../trust/index.ts';
import type { VaultContext } from '../../vault/index.ts';
import { type Dialogs, type Events, Handles } from '../common/index.ts';
import type { Desk } from '../vault/index.ts';
import { describeProfile } from './describe-profile.ts';
import { TokenSearch } from './token-search.ts';

export interface SetupPlaces {
  readonly desk: Desk;
  readonly events: Events;
  readonly dialogs: Dialogs;
  readonly vaultContext: VaultContext;
  readonly startEngine: () => EngineProcess;
  readonly trust: TrustStore;
  /** False on an unofficial Electron: evaluation tokens only. */
  readonly anyToken: boolean;
}

interface Running {
  readonly setup: VaultSetup;
  readonly choice: TokenChoice;
  readonly folder: string;
  readonly profile: Profile;
}

/** The first-run wizard, step by step. */
export class Setup {
  readonly #places: SetupPlaces;
  readonly search: TokenSearch;
  readonly #folders = new Handles<string>('folders');
  #running: Running | null = null;
  /** What is being connected or created, and a promise that resolves when that ends, in any way. */
  #under: { readonly setup: VaultSetup; readonly ended: Promise<void> } | null = null;

  constructor(places: SetupPlaces) {
    this.#places = places;
    this.search = new TokenSearch(places);
  }

  /** A folder that does not exist yet. @throws Failure if it cannot be created there */
  suggestFolder(): Promise<Output<'setup.folder'>> {
    const home = path.join(homedir(), 'Claviger');
    for (let n = 1; ; n++) {
      const folder = path.join(home, n === 1 ? 'Vault' : `Vault ${n}`);
      if (!existsSync(folder)) return this.#giveFolder(folder);
    }
  }

  /** Checked before the PIN is asked for. @throws Failure if no vault can be created in it */
  async pickFolder(): Promise<Output<'setup.pickFolder'>> {
    const folder = await this.#places.dialogs.pickFolder(titles.newVault);
    return folder === null ? null : this.#giveFolder(folder);
  }

  /** @throws Failure 'pin-incorrect', 'cannot-carry' and others, with nothing left behind */
  async connect(input: Input<'setup.connect'>): Promise<Profile> {
    while (this.#running !== null || this.#under !== null) await this.cancel();
    const choice = this.#choiceOf(input);
    const folder = input.kind === 'evaluation' ? this.#folders.get(input.folder) : homedir();
    const vaultDir = input.kind === 'evaluation' ? folder : path.join(folder, NOT_YET);
    const { vaultContext: context, startEngine, trust } = this.#places;
    const setup = new VaultSetup({ vaultDir, choice, context, startEngine, trust });
    const started = performance.now();
    return this.#alone(setup, async () => {
      try {
        this.#step(input.kind === 'evaluation' ? 'making-token' : 'connecting');
        const found = await setup.connect(() => pinOf(input.pin));
        const took = Math.round(performance.now() - started);
        const about = { evaluation: input.kind === 'evaluation', took, probed: nowText() };
        const profile = describeProfile(found, about);
        this.#running = { setup, choice, folder: vaultDir, profile };
        return profile;
      } catch (error) {
        await undo(setup);
        throw error;
      }
    });
  }

  /** What the probe found. @throws Failure 'usage' before it */
  get profile(): Profile {
    if (this.#running === null) throw tokenNotTested();
    return this.#running.profile;
  }

  async finish({ folder, lossPlan }: Input<'setup.finish'>): Promise<Output<'setup.finish'>> {
    const running = this.#running;
    if (running === null) throw tokenNotTested();
    const vaultDir = this.#folders.get(folder);
    if (running.choice.kind === 'evaluation' && vaultDir !== running.folder) throw tokenNotTested();
    if (this.#under !== null) throw creatingVault();
    await this.#alone(running.setup, async () => {
      this.#step('making-masters');
      await running.setup.finish(vaultDir);
      this.#running = null;
      this.#step('opening');
      await this.#open(vaultDir, running.setup.engine);
    });
    if (lossPlan !== null) {
      const details = { plan: lossPlan };
      const act = { action: 'vault.loss-plan', subject: {}, outcome: 'ok', details } as const;
      await this.#places.desk.record(act);
    }
    const made = nowText();
    return {
      vault: { name: path.basename(vaultDir), path: vaultDir },
      masters: [
        { role: 'wrap', made },
        { role: 'seal', made },
      ],
    };
  }

  /** Stops the engine, which ends its work, and removes what was created. */
  async cancel(): Promise<void> {
    const under = this.#under;
    if (under !== null) {
      await under.setup.engine.stop();
      await under.ended;
    }
    const running = this.#running;
    this.#running = null;
    if (running !== null) await undo(running.setup);
  }

  async #alone<T>(setup: VaultSetup, work: () => Promise<T>): Promise<T> {
    const done = work();
    const under = { setup, ended: done.then(nothing, nothing) };
    this.#under = under;
    try {
      return await done;
    } finally {
      if (this.#under === under) this.#under = null;
    }
  }

  /** From here on the vault exists; a failure leaves it locked. */
  async #open(vaultDir: string, engine: EngineProcess): Promise<void> {
    try {
      await this.#places.desk.adopt(vaultDir, engine);
    } catch (error) {
      await engine.stop();
      throw error;
    }
  }

  #step(step: 'making-token' | 'connecting' | 'making-masters' | 'opening'): void {
    this.#places.events.push('setup.step', step);
  }

  async #giveFolder(folder: string): Promise<{ id: string; path: string }> {
    await checkNewFolder(folder);
    return { id: this.#folders.give(folder), path: folder };
  }

  #choiceOf(input: Input<'setup.connect'>): TokenChoice {
    if (input.kind === 'evaluation') return { kind: 'evaluation' };
    if (!this.#places.anyToken) throw evaluationTokensOnly();
    return this.search.tokenOf(input.token);
  }
}

/** Placeholder until the vault of an existing token has a folder. */
const NOT_YET = '.claviger-not-yet';

const nowText = (): string => new Date().toISOString();

const pinOf = (pin: string | null): Promise<string> =>
  pin === null ? Promise.reject(pinNotEntered()) : Promise.resolve(pin);

/** Stops the engine and removes what was created with it. */
const undo = async (setup: VaultSetup): Promise<void> => {
  await setup.engine.stop();
  await setup.cancel();
};

const nothing = (): void => undefined;

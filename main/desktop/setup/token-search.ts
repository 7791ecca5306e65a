import path from 'node:path';
import type { Input } from '../../../shared/contract.ts';
import type { FoundToken, LibraryParameters, Module } from '../../../shared/contract/token.ts';
import { Failure, toFailureData } from '../../../shared/failure.ts';
import { type EngineProcess, findModules, type TokenInfo } from '../../engine/index.ts';
import type { ExistingToken } from '../../session/index.ts';
import { type Dialogs, Handles } from '../common/index.ts';

interface ShownLibrary {
  readonly product: string;
  readonly path: string;
  readonly wants: LibraryParameters;
}

/** The libraries of this computer and their tokens, to choose from. */
export class TokenSearch {
  readonly #parts: { readonly dialogs: Dialogs; readonly startEngine: () => EngineProcess };
  readonly #tokens = new Handles<ExistingToken>('tokens');
  readonly #modules = new Handles<ShownLibrary>('modules');

  constructor(parts: { readonly dialogs: Dialogs; readonly startEngine: () => EngineProcess }) {
    this.#parts = parts;
  }

  tokenOf(id: string): ExistingToken {
    return this.#tokens.get(id);
  }

  /** Every library that is found in its usual place, and its tokens. */
  async all(): Promise<Module[]> {
    const looking = findModules().map(async ({ product, path: file, needsParameters }) =>
      needsParameters
        ? this.#unread({ product, path: file, wants: 'needed' })
        : this.#read({ product, path: file, wants: 'none' }, null),
    );
    return Promise.all(looking);
  }

  async pick(): Promise<Module | null> {
    const file = await this.#parts.dialogs.pickLibrary();
    if (file === null) return null;
    return this.#read({ product: path.basename(file), path: file, wants: 'optional' }, null);
  }

  async read({ module, parameters }: Input<'setup.readModule'>): Promise<Module> {
    return this.#read(this.#modules.get(module), parameters);
  }

  /** Only a person knows its initialisation string, like the database of NSS. */
  #unread(library: ShownLibrary): Module {
    const { product, path: file, wants } = library;
    return {
      ...{ id: this.#modules.give(library), product, path: file, parameters: wants },
      ...{ description: '', manufacturer: '', version: '', tokens: [], failure: null },
    };
  }

  /** Each library gets its own engine, so that a crash of one does not hide the others. */
  async #read(library: ShownLibrary, parameters: string | null): Promise<Module> {
    const engine = this.#parts.startEngine();
    const unread = this.#unread(library);
    try {
      const target = { modulePath: library.path, parameters, environment: {} };
      const { module, tokens } = await engine.caller.call('listTokens', target);
      const { description, manufacturer, version } = module;
      const found = tokens.map((token) => this.#token(target, token));
      return { ...unread, description, manufacturer, version, tokens: found };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return { ...unread, failure: toFailureData(error) };
    } finally {
      await engine.stop();
    }
  }

  #token(library: Pick<ExistingToken, 'modulePath' | 'parameters'>, token: TokenInfo): FoundToken {
    const { label, serial, manufacturer, model, firmware } = token;
    const { pinPad, pinState, pinLength, initialised, writeProtected } = token;
    const { modulePath, parameters } = library;
    const choice: ExistingToken = { kind: 'existing', modulePath, parameters, label, serial };
    return {
      id: this.#tokens.give(choice),
      ...{ label, serial, manufacturer, model, firmware },
      ...{ pinPad, pinState, pinLength: { ...pinLength }, initialised, writeProtected },
    };
  }
}

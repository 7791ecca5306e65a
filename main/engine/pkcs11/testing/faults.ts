import type { ReturnValueName } from '../../../../shared/messages/token/return-values.ts';
import { ckrCode } from '../ckr.ts';
import { TokenConnection } from '../connection.ts';
import { Pkcs11Module } from '../module.ts';
import { loadNative, type Native } from '../native.ts';
import type { TestToken } from './tokens.ts';

/** What happens to a PKCS#11 call: 'instead' of it an error, or the call and then an error. */
export interface Fault {
  readonly at: number;
  readonly when: 'instead' | 'after';
  readonly error: ReturnValueName;
}

/** Stands between the program and the library: counts the calls and spoils the one it is told to. */
export class FaultInjector {
  readonly native: Native;
  /** Called with each call's name and arguments before it runs; tests may change the arguments. */
  tamper: (call: string, args: unknown[]) => void = () => undefined;
  /** Called with each call's name and answer, and gives what the program gets to see. */
  answer: (call: string, answer: unknown) => unknown = (_, answer) => answer;
  calls: string[] = [];
  #fault: Fault | null = null;

  constructor(native: Native) {
    this.native = new Proxy(native, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function' || typeof name !== 'string') return member;
        return (...args: unknown[]) =>
          this.#call(name, args, () => Reflect.apply(member, target, args));
      },
    });
  }

  /** Counts from here; `fault.at` 1 is the next call. */
  arm(fault: Fault | null): void {
    this.calls = [];
    this.#fault = fault;
  }

  #call(name: string, args: unknown[], run: () => unknown): unknown {
    if (exempt.has(name)) return run();
    this.calls.push(name);
    this.tamper(name, args);
    const fault = this.#fault?.at === this.calls.length ? this.#fault : null;
    if (fault?.when === 'instead') throw nativeError(fault.error);
    const result = this.answer(name, run());
    if (fault !== null) throw nativeError(fault.error);
    return result;
  }
}

/** Closing is what everything else relies on. */
const exempt: ReadonlySet<string> = new Set(['C_CloseSession']);

/** In the form of the addon. */
const nativeError = (name: ReturnValueName): Error => new Error(`${name}:${ckrCode(name)}`);

/** A connection with an injector in between. The library must be initialised already. */
export const faultyConnection = (
  token: TestToken,
): { connection: TokenConnection; injector: FaultInjector } => {
  const { modulePath } = token.target;
  const injector = new FaultInjector(loadNative(modulePath));
  const module = Pkcs11Module.over(modulePath, injector.native);
  return { injector, connection: TokenConnection.on(module, token.target) };
};

import { describe, expect, test } from 'vitest';
import { callOf, ckrOf, describeCkr } from './ckr.ts';
import { findModules, knownModules, nssParameters } from './known-modules.ts';
import { loadNative } from './native.ts';

describe('return values of tokens', () => {
  test('are recognised in both forms in which the addon reports them', () => {
    expect(ckrOf(new Error('CKR_DEVICE_REMOVED:50'))?.code).toBe(0x32);
    const native = loadNative(findModules()[0]?.path ?? '');
    const uninitialised = ckrThrownBy(() => native.C_GetInfo());
    expect(uninitialised?.name).toBe('CKR_CRYPTOKI_NOT_INITIALIZED');
    const raw = ckrThrownBy(() => native.C_FindObjects(Buffer.alloc(8), 1));
    expect(raw?.name).toBe('CKR_CRYPTOKI_NOT_INITIALIZED');
  });

  test('of vendors are shown as their number', () => {
    expect(describeCkr(0x80000123)).toMatchObject({ name: 'CKR 0x80000123' });
  });

  test('do not hide bugs', () => {
    for (const bug of [new Error('CKR'), new TypeError('x'), 'CKR_OK:0', null, { code: 5 }]) {
      expect(ckrOf(bug)).toBeNull();
    }
  });

  test('come with the call that gave them', () => {
    const native = loadNative(findModules()[0]?.path ?? '');
    expect(callThrownBy(() => native.C_GetInfo())).toBe('C_GetInfo');
  });
});

const thrownBy = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};
const ckrThrownBy = (work: () => unknown): ReturnType<typeof ckrOf> => ckrOf(thrownBy(work));
const callThrownBy = (work: () => unknown): string | null => callOf(thrownBy(work));

describe('known libraries', () => {
  test('each product is offered once, at the first place where it is found', () => {
    const everywhere = findModules('linux', () => true);
    const products = everywhere.map((module) => module.product);
    expect(new Set(products).size).toBe(products.length);
    expect(products[0]).toBe('SoftHSM2');
    expect(products).toEqual(expect.arrayContaining(['Thales Luna', 'AWS CloudHSM', 'OpenSC']));
    expect(findModules('darwin', () => false)).toEqual([]);
  });

  test('only NSS needs parameters, and its folder may have any name', () => {
    const wanting = knownModules('linux').filter((module) => module.needsParameters);
    expect(new Set(wanting.map((module) => module.product))).toEqual(new Set(['NSS softokn']));
    expect(nssParameters("/tmp/it's here")).toContain("configdir='sql:/tmp/it\\'s here'");
  });
});

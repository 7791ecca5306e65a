import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Start, trustInRuntime } from './runtime.ts';

describe('the Electron that runs the program', () => {
  let appPath: string;
  beforeEach(async () => {
    appPath = await mkdtemp(path.join(tmpdir(), 'claviger-runtime-'));
  });
  afterEach(() => rm(appPath, { recursive: true }));

  const started = (change: Partial<Start>): Promise<unknown> =>
    trustInRuntime({
      ...{ isPackaged: false, appPath, told: undefined, hasSwitch: () => false },
      ...change,
    });
  const packed = (about: object): Promise<void> =>
    writeFile(path.join(appPath, 'package.json'), JSON.stringify(about));

  it('is the official one only if the start has checked it', async () => {
    expect(await started({ told: 'official' })).toEqual({ official: true, anyToken: true });
    for (const told of [undefined, '', 'stand-in', 'Official', process.version])
      expect(await started({ told })).toEqual({ official: false, anyToken: false });
  });

  it('accepts any token if a test asks for that, and does not count as official', async () => {
    const hasSwitch = (name: string): boolean => name === 'allow-any-token';
    expect(await started({ hasSwitch })).toEqual({ official: false, anyToken: true });
  });

  it('in a package is what was checked when it was packed, whatever the start says', async () => {
    const lies = { isPackaged: true, told: 'official', hasSwitch: () => true };
    for (const about of [{}, { runtime: 'third-party' }, { version: '45.4.1' }]) {
      await packed(about);
      expect(await started(lies)).toEqual({ official: false, anyToken: false });
    }
    await packed({ runtime: 'official' });
    const plain = { isPackaged: true, told: 'stand-in' };
    expect(await started(plain)).toEqual({ official: true, anyToken: true });
  });
});

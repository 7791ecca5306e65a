import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { modulePathOf, PIN } from './vaults.ts';

/** A SoftHSM2 token outside every vault, as an HSM is. */
export interface OutsideToken {
  readonly label: string;
  /** Environment in which SoftHSM2 finds it. */
  readonly env: Readonly<Record<'SOFTHSM2_CONF', string>>;
  readonly tokens: string;
}

const LABEL = 'outside';

export const makeOutsideToken = (folder: string): OutsideToken => {
  const token = placeOf(folder);
  execFileSync(
    'softhsm2-util',
    ['--init-token', '--free', '--label', LABEL, '--so-pin', '12345678', '--pin', PIN],
    { env: { ...process.env, ...token.env }, stdio: 'ignore' },
  );
  return token;
};

/** The same keys in a token with another serial number, as a vendor's cloning tool makes. */
export const makeTwin = ({ tokens }: OutsideToken, folder: string): OutsideToken => {
  const twin = placeOf(folder);
  cpSync(tokens, twin.tokens, { recursive: true });
  for (const name of readdirSync(twin.tokens)) {
    const file = join(twin.tokens, name, 'token.object');
    const serial = name.replaceAll('-', '').slice(-16);
    const bytes = readFileSync(file).toString('latin1');
    if (!bytes.includes(serial)) throw new Error('the serial number is not where it was');
    writeFileSync(file, bytes.replaceAll(serial, 'f00dfeedf00dfeed'), 'latin1');
  }
  return twin;
};

const placeOf = (folder: string): OutsideToken => {
  const tokens = join(folder, 'tokens');
  mkdirSync(tokens, { recursive: true });
  const conf = join(folder, 'softhsm2.conf');
  writeFileSync(conf, `directories.tokendir = ${tokens}\nlog.level = ERROR\n`);
  return { label: LABEL, env: { SOFTHSM2_CONF: conf }, tokens };
};

/** SoftHSM2 in a folder that not only the administrator can write to. */
export const copySoftHsm = (file: string): string => {
  mkdirSync(dirname(file), { recursive: true });
  cpSync(modulePathOf('SoftHSM2'), file, { dereference: true });
  return file;
};

/** A library whose code runs as soon as it is loaded, and creates the file `trace`. */
export const makeStranger = (file: string, trace: string): void => {
  const source = `${file}.c`;
  writeFileSync(
    source,
    `#include <stdio.h>
__attribute__((constructor)) static void loaded(void) {
  FILE *f = fopen(${JSON.stringify(trace)}, "a");
  if (f) fclose(f);
}
unsigned long C_GetFunctionList(void **out) { return 5; }
`,
  );
  execFileSync('gcc', ['-shared', '-fPIC', '-o', file, source]);
};

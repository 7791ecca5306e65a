// tsc does not keep run bits: the command line must be executable for `npx claviger`.
import { chmodSync } from 'node:fs';

chmodSync(new URL('../out/main/cli.js', import.meta.url), 0o755);

import { resolveRuntime } from '../../../scripts/runtime.mjs';

/** Looked up once for the whole run, and never downloaded by it; a packaged app has its own. */
export const setup = async (): Promise<void> => {
  if (process.env['CLAVIGER_E2E_EXECUTABLE'] !== undefined) return;
  const { executable, official } = await resolveRuntime({ say: () => undefined, mayFetch: false });
  process.env['CLAVIGER_E2E_EXECUTABLE'] = executable;
  process.env['CLAVIGER_RUNTIME'] = official ? 'official' : 'stand-in';
};

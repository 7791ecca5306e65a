import { resolveRuntime } from '../../../scripts/runtime.mjs';

/** The runtime is looked for once for the whole run; a packaged app brings its own. */
export const setup = async (): Promise<void> => {
  if (process.env['CLAVIGER_E2E_EXECUTABLE'] !== undefined) return;
  const { executable } = await resolveRuntime(() => undefined);
  process.env['CLAVIGER_E2E_EXECUTABLE'] = executable;
};

import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';

// A PKCS#11 library can be initialised with only one configuration per process, so every test file
// runs in its own process.
const pool = 'forks';

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'unit',
          pool,
          include: ['shared/**/*.test.ts', 'main/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        plugins: [svelte({ configFile: false }), svelteTesting()],
        test: {
          name: 'dom',
          environment: 'happy-dom',
          include: ['renderer/**/*.test.ts'],
          setupFiles: ['renderer/testing/setup.ts'],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'cli',
          pool,
          include: ['e2e/cli/**/*.test.ts'],
          globalSetup: ['e2e/support/fresh-build.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'app',
          pool,
          include: ['e2e/app/**/*.test.ts'],
          globalSetup: [
            'e2e/support/fresh-build.ts',
            'e2e/app/support/display.ts',
            'e2e/app/support/runtime.ts',
          ],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'long',
          pool,
          include: ['e2e/long/**/*.test.ts'],
          globalSetup: ['e2e/support/fresh-build.ts'],
          testTimeout: 3_600_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});

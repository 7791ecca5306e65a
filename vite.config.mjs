import path from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

/** Builds the window's pages; they are served from app:// under a strict content policy. */
export default defineConfig({
  root: path.join(import.meta.dirname, 'renderer'),
  base: '/',
  plugins: [svelte({ configFile: false })],
  build: {
    outDir: path.join(import.meta.dirname, 'out/renderer'),
    emptyOutDir: true,
    target: 'chrome130',
    // The content policy allows no data: URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The window loads from the disk, so splitting it would save nothing.
    chunkSizeWarningLimit: 2_000,
    // Nobody who starts the program needs to know how long each plugin took.
    rolldownOptions: { checks: { bundlerTimings: false } },
  },
});

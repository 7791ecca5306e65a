import path from 'node:path';
import { defineConfig } from 'vite';

/** One CommonJS file: a sandboxed preload cannot be an ES module. */
export default defineConfig({
  publicDir: false,
  build: {
    outDir: path.join(import.meta.dirname, 'out/preload'),
    emptyOutDir: true,
    target: 'chrome130',
    minify: false,
    lib: {
      entry: path.join(import.meta.dirname, 'preload/index.ts'),
      formats: ['cjs'],
      fileName: () => 'index.cjs',
    },
    rolldownOptions: { external: ['electron'] },
  },
});

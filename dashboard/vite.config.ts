import { defineConfig } from 'vite';

/** A server to develop against: the admin server of a process, or `leakguard view`. */
const SERVER = 'http://127.0.0.1:9229';

export default defineConfig(({ command }) => ({
  // The page may be mounted under any prefix.
  base: './',
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
  build: {
    target: 'es2022',
    // Keeps light-dark() as it is written.
    cssTarget: 'esnext',
    // The content security policy allows no data: fonts and no inline code.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: command === 'serve' ? { proxy: { '^/(?!src/|@|node_modules/|index|$)': SERVER } } : {},
}));

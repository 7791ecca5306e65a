import { demoBridge } from './demo.ts';

// The window in a browser, on made-up data: for looking at screens without a token.
const scene = new URLSearchParams(location.search);
Object.defineProperty(window, 'claviger', { value: demoBridge(scene) });
await import('../main.ts');

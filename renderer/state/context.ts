import { createContext } from 'svelte';
import type { App } from './app.svelte.ts';
import type { Clock } from './clock.svelte.ts';
import type { Toasts } from './toasts.svelte.ts';
import type { OpenVault } from './vault.svelte.ts';

export const [useApp, setApp] = createContext<App>();
export const [useVault, setVault] = createContext<OpenVault>();
export const [useToasts, setToasts] = createContext<Toasts>();
export const [useClock, setClock] = createContext<Clock>();

export { defaults, SettingsStore, type SettingsValues } from './settings-store.ts';

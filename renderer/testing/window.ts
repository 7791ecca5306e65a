import { render } from '@testing-library/svelte';
import userEvent, { type UserEvent } from '@testing-library/user-event';
import App from '../App.svelte';
import { Api } from '../lib/api.ts';
import { FakeBridge, type FakeCalls } from './fake-bridge.ts';
import { openVault } from './answers.ts';

export interface OpenWindow {
  readonly bridge: FakeBridge;
  readonly user: UserEvent;
}

/** The whole window over a fake main process. */
export const openWindow = (calls: FakeCalls = {}): OpenWindow => {
  const bridge = new FakeBridge({ ...openVault, ...calls });
  render(App, { props: { api: new Api(bridge) } });
  return { bridge, user: userEvent.setup() };
};

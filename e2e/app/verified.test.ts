import { UnlockPage } from './pages/unlock-page.ts';
import { Workspace } from './pages/workspace.ts';
import { Driver, PIN } from './support/driver.ts';
import { makeVault, test } from './support/test.ts';

test('remembers after a restart what was verified, and when', async ({ home }) => {
  const first = await Driver.start({ home });
  await makeVault(first);
  const { records } = await first.call('audit.verify', null);
  await first.stop();

  const second = await Driver.start({ home });
  await new UnlockPage(second.page).unlock(PIN);
  const { status } = new Workspace(second.page);
  await status.getByText(`${records} records verified`).waitFor();
  await status.getByText(/^at \d\d:\d\d:\d\d, \d+ newer$/).waitFor();
  await second.stop();
});

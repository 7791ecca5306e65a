import { expect, vi } from 'vitest';
import { KeysPage } from './pages/keys-page.ts';
import { Workspace } from './pages/workspace.ts';
import type { Driver } from './support/driver.ts';
import { makeKey, sharedTest as test } from './support/test.ts';

const setSize = async ({ app, page }: Driver, width: number, height: number): Promise<void> => {
  await app.evaluate(
    ({ BrowserWindow }, size) =>
      BrowserWindow.getAllWindows()[0]?.setContentSize(size.width, size.height),
    { width, height },
  );
  await page.waitForFunction((wanted) => innerWidth === wanted, width);
};

/** The window applies a new text size a moment after it was set. */
const textSizeIs = async ({ page }: Driver, wanted: number): Promise<void> => {
  await page.waitForFunction(
    (size) => (document.documentElement.dataset['text'] ?? '100') === String(size),
    wanted,
  );
};

test('the last record of the audit is fully visible at the end of the list', async ({ vault }) => {
  const { page } = vault;
  for (let key = 1; key <= 15; key += 1) await makeKey(vault, `Key ${key}`, 'fast');
  await new Workspace(page).go('Audit');
  const grid = page.getByRole('grid');
  const last = grid.getByRole('row').filter({ hasText: 'Vault created' });
  for (const [width, height] of [
    [1280, 800],
    [1024, 700],
  ] as const) {
    await setSize(vault, width, height);
    for (const textSize of [100, 200] as const) {
      await vault.call('settings.set', { textSize });
      await textSizeIs(vault, textSize);
      await grid.focus();
      await page.keyboard.press('Home');
      await last.waitFor({ state: 'detached' });
      await page.keyboard.press('End');
      await last.waitFor();
      const hidden = await last.evaluate((row) => {
        const frame = row.closest('[role="grid"]');
        if (frame === null) throw new Error('the record is not in a table');
        const top = frame.getBoundingClientRect().top;
        return row.getBoundingClientRect().bottom - (top + frame.clientHeight);
      });
      expect(hidden, `pixels below the table at ${width}, ${textSize} %`).toBeLessThan(1);
    }
  }
  await vault.call('settings.set', { textSize: 100 });
});

test('a confirmation never covers the buttons of a dialog', async ({ vault }) => {
  const { page } = vault;
  const keys = new KeysPage(page);
  await keys.go('Keys');
  for (const textSize of [100, 200] as const) {
    await keys.create(`Confirmed at ${textSize}`, 'Fast');
    const toast = page.getByRole('status').filter({ hasText: `Confirmed at ${textSize}` });
    // A toast stays open while the pointer is over it.
    await toast.getByText(`Confirmed at ${textSize}`).hover();
    await vault.call('settings.set', { textSize });
    await page.keyboard.press('n');
    await keys.dialog.waitFor();
    const covered = await page.evaluate((text) => {
      const shown = [...document.querySelectorAll('[role="status"]')].some((each) =>
        each.textContent.includes(text),
      );
      const buttons = [...document.querySelectorAll('[role="dialog"] button')];
      const hidden = buttons.filter((button) => {
        const { left, right, top, bottom } = button.getBoundingClientRect();
        const points = [
          [left + 4, top + 4],
          [right - 4, bottom - 4],
        ] as const;
        return points.some(([x, y]) => {
          const at = document.elementFromPoint(x, y);
          return at !== null && at.closest('[role="dialog"]') === null;
        });
      });
      return { shown, hidden: hidden.map((button) => button.textContent) };
    }, `Confirmed at ${textSize}`);
    expect(covered).toEqual({ shown: true, hidden: [] });
    await page.keyboard.press('Escape');
    await keys.dialog.waitFor({ state: 'detached' });
    await vault.call('settings.set', { textSize: 100 });
  }
});

test('a tip closes when the pointer leaves, also while the window is resized', async ({
  vault,
}) => {
  const { page } = vault;
  const places = page.getByRole('navigation', { name: 'Places' });
  const tip = page.locator('.tip');
  await setSize(vault, 1024, 700);
  // The rail becomes narrow a moment after the window does, and has tips from then on.
  await vi.waitFor(async () => {
    await page.mouse.move(900, 400);
    await places.getByRole('button', { name: 'Audit', exact: true }).hover();
    await tip.first().waitFor({ timeout: 1_000 });
  }, 30_000);
  await setSize(vault, 1280, 800);
  await tip.first().waitFor({ state: 'detached' });
  await page.mouse.move(900, 400);
  await setSize(vault, 1024, 700);
  // Two frames later the narrow rail is complete.
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
      }),
  );
  expect(await tip.allTextContents()).toEqual([]);
  await setSize(vault, 1280, 800);
});

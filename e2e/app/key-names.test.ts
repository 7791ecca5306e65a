import type { Locator } from 'playwright';
import { expect } from 'vitest';
import { KeysPage } from './pages/keys-page.ts';
import { WorkPage } from './pages/work-page.ts';
import type { Driver } from './support/driver.ts';
import { makeKey, test } from './support/test.ts';

const names = ['Customer statements 2025', 'Customer statements 2026'] as const;

/** Whether every character of a text is drawn inside its element. */
const isWhole = (text: Locator): Promise<boolean> =>
  text.evaluate((element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    const box = element.getBoundingClientRect();
    const inside = [...range.getClientRects()].every(
      ({ left, right, top, bottom }) =>
        left >= box.left - 1 &&
        right <= box.right + 1 &&
        top >= box.top - 1 &&
        bottom <= box.bottom + 1,
    );
    return (
      inside &&
      element.scrollWidth <= element.clientWidth + 1 &&
      element.scrollHeight <= element.clientHeight + 1
    );
  });

const setSize = async (vault: Driver, width: number, height: number): Promise<void> => {
  await vault.app.evaluate(
    ({ BrowserWindow }, size) =>
      BrowserWindow.getAllWindows()[0]?.setContentSize(size.width, size.height),
    { width, height },
  );
  await vault.page.waitForFunction((wanted) => innerWidth === wanted, width);
};

test('names that differ only at their end can be distinguished wherever a key is chosen', async ({
  vault,
}) => {
  const made = [];
  for (const name of names) made.push(await makeKey(vault, name, 'fast'));
  await vault.page.reload();
  const keys = new KeysPage(vault.page);
  const work = new WorkPage(vault.page);
  for (const width of [1280, 1024]) {
    await setSize(vault, width, 800);
    for (const textSize of [100, 130] as const) {
      await vault.call('settings.set', { textSize });
      await keys.go('Keys');
      for (const name of names) {
        const shown = keys.row(name).getByText(name, { exact: true });
        await shown.waitFor();
        expect(await isWhole(shown), `${name} at ${width}, ${textSize} %`).toBe(true);
      }
      // There is less space beside the panel of a key.
      await keys.row(names[0]).click();
      await vault.page.getByRole('heading', { name: names[0] }).waitFor();
      for (const name of names)
        expect(await isWhole(keys.row(name).getByText(name, { exact: true })), name).toBe(true);
      await vault.page.keyboard.press('Escape');

      await work.open();
      await vault.page.getByRole('combobox', { name: 'Key' }).click();
      for (const { name, kcv } of made) {
        const option = vault.page.getByRole('option', { name });
        expect(await isWhole(option.getByText(name, { exact: true })), name).toBe(true);
        // Identical names are distinguished by their check values.
        expect(kcv).toMatch(/^[0-9A-Fa-f]{6}$/);
        expect(await option.innerText()).toContain(kcv);
      }
      await vault.page.keyboard.press('Escape');
    }
  }
});

import type { Locator } from 'playwright';
import { expect } from 'vitest';
import type { SettingsChange } from '../../shared/contract/settings.ts';
import { type Place, Workspace } from './pages/workspace.ts';
import type { Driver } from './support/driver.ts';
import { makeKey, sharedTest as test } from './support/test.ts';

/** What covers part of an option, in words; a click there would hit that instead. */
const coverOf = (option: Locator): Promise<string | null> =>
  option.evaluate((element) => {
    const box = element.getBoundingClientRect();
    const xs = [box.left + 3, box.left + box.width / 2, box.right - 3];
    const ys = [box.top + 3, box.top + box.height / 2, box.bottom - 3];
    for (const x of xs)
      for (const y of ys) {
        const hit = document.elementFromPoint(x, y);
        if (hit === null || !element.contains(hit))
          return `${element.textContent.trim()} is covered by ${hit?.textContent.trim().slice(0, 40) ?? 'the edge of the window'}`;
      }
    return null;
  });

const options = (vault: Driver): Locator =>
  vault.page
    .locator('[role="menu"], [role="listbox"]')
    .locator('[role^="menuitem"], [role="option"]');

/** Opens a menu and chooses each entry in turn with the mouse. */
const chooseEach = async (vault: Driver, open: () => Promise<void>): Promise<number> => {
  await open();
  await options(vault).first().waitFor();
  const count = await options(vault).count();
  for (let index = 0; index < count; index++) {
    if (index > 0) await open();
    const option = options(vault).nth(index);
    await option.scrollIntoViewIfNeeded();
    expect.soft(await coverOf(option)).toBe(null);
    await option.click({ timeout: 5_000 });
    await options(vault).first().waitFor({ state: 'detached' });
  }
  return count;
};

const looks = [
  { theme: 'light', contrast: 'standard', textSize: 100, size: [1280, 800] },
  { theme: 'dark', contrast: 'high', textSize: 130, size: [1024, 700] },
] as const;

const setLook = async (vault: Driver, look: (typeof looks)[number]): Promise<void> => {
  const { size, ...settings } = look;
  const change: SettingsChange = { ...settings, motion: 'off' };
  await vault.call('settings.set', change);
  await vault.app.evaluate(({ BrowserWindow }, [width, height]) => {
    BrowserWindow.getAllWindows()[0]?.setContentSize(width, height);
  }, size);
  await vault.page.waitForFunction((width) => innerWidth === width, size[0]);
};

const prepare = async (vault: Driver, look: (typeof looks)[number]): Promise<void> => {
  const keys = await vault.call('keys.list', null);
  if (keys.length === 0)
    for (const name of ['Contracts', 'Payroll']) await makeKey(vault, name, 'fast');
  await vault.page.reload();
  await setLook(vault, look);
};

const menus: readonly { place: Place; names: readonly string[] }[] = [
  { place: 'Keys', names: ['State', 'Protection'] },
  { place: 'Audit', names: ['Time', 'Key', 'Action', 'Outcome'] },
];

test.for(looks)(
  'every entry of a filter menu is chosen by a click: $theme, $textSize %',
  async (look, { vault }) => {
    await prepare(vault, look);
    const window = new Workspace(vault.page);
    for (const { place, names } of menus) {
      await window.go(place);
      for (const name of names) {
        const chip = vault.page.locator('[aria-haspopup="menu"]', { hasText: name });
        const clear = vault.page.getByRole('button', { name: `Clear the filter ${name}` });
        const count = await chooseEach(vault, async () => {
          if (await clear.isVisible()) await clear.click();
          await chip.click();
        });
        expect(count, name).toBeGreaterThan(0);
        await clear.click();
      }
    }
  },
);

test.for(looks)(
  'every entry of a list box is chosen by a click: $theme, $textSize %',
  async (look, { vault }) => {
    await prepare(vault, look);
    const window = new Workspace(vault.page);
    await window.go('Settings');
    await chooseEach(vault, () => vault.page.getByLabel('When inactive for').click());
    await window.go('Encrypt & decrypt');
    await chooseEach(vault, () => vault.page.getByLabel('If the file already exists').click());
    await chooseEach(vault, () => vault.page.getByRole('combobox', { name: 'Key' }).click());
  },
);

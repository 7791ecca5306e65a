import axe from 'axe-core';
import type { Page } from 'playwright';
import { expect } from 'vitest';
import type { SettingsChange } from '../../../shared/contract/settings.ts';
import type { Driver } from './driver.ts';
import { layoutFaults } from './layout.ts';

const sizes = [
  { width: 1280, height: 800, textSizes: [100, 130, 200] },
  { width: 1024, height: 700, textSizes: [100, 130, 200] },
] as const;
const looks = [
  { theme: 'light', contrast: 'standard' },
  { theme: 'dark', contrast: 'standard' },
  { theme: 'light', contrast: 'high' },
  { theme: 'dark', contrast: 'high' },
] as const satisfies readonly SettingsChange[];

/** The current screen must be accessible, in every look and at every size. */
export const inspect = async (driver: Driver, name: string): Promise<void> => {
  expect.soft(await faultsOf(driver), name).toEqual([]);
};

export const faultsOf = async (driver: Driver): Promise<string[]> => [
  ...(await layoutsOf(driver)),
  ...(await accessibilityOf(driver)),
];

const layoutsOf = async (driver: Driver): Promise<string[]> => {
  const faults: string[] = [];
  for (const size of sizes) {
    await setSize(driver, size);
    for (const textSize of size.textSizes) {
      await look(driver, { textSize });
      const found = await driver.page.evaluate(layoutFaults);
      faults.push(...found.map((fault) => `${size.width}, ${textSize} %: ${fault}`));
    }
    await look(driver, { textSize: 100 });
  }
  await setSize(driver, sizes[0]);
  return faults;
};

const accessibilityOf = async (driver: Driver): Promise<string[]> => {
  const faults: string[] = [];
  for (const each of looks) {
    await look(driver, each);
    const found = await violations(driver.page);
    faults.push(...found.map((fault) => `${each.theme}, ${each.contrast}: ${fault}`));
  }
  await look(driver, { theme: 'light', contrast: 'standard' });
  return faults;
};

const setSize = async (
  { app, page }: Driver,
  { width, height }: (typeof sizes)[number],
): Promise<void> => {
  await app.evaluate(
    ({ BrowserWindow }, size) =>
      BrowserWindow.getAllWindows()[0]?.setContentSize(size.width, size.height),
    { width, height },
  );
  await page.waitForFunction((size) => innerWidth === size.width && innerHeight === size.height, {
    width,
    height,
  });
};

/** Sets the look as a person does, without motion, so that nothing is measured half-way. */
const look = async (driver: Driver, change: SettingsChange): Promise<void> => {
  await driver.call('settings.set', { ...change, motion: 'off' });
  await driver.page.waitForFunction((wanted) => {
    const { dataset } = document.documentElement;
    const { theme, contrast, textSize } = wanted;
    return (
      (theme === undefined || dataset['theme'] === theme) &&
      (contrast === undefined || (dataset['contrast'] === 'more') === (contrast === 'high')) &&
      (textSize === undefined || (dataset['text'] ?? '100') === String(textSize))
    );
  }, change);
  // Two frames later the new layout is complete.
  await driver.page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
      }),
  );
};

const violations = async (page: Page): Promise<string[]> => {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe: inPage } = window as unknown as { axe: typeof axe };
    const { violations: found } = await inPage.run();
    return found.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} at ${target.join(' ')}: ${failureSummary}`),
    );
  });
};

import type { Locator } from 'playwright';

/** Drops files and folders on the middle of an area as a file manager does, with their real paths. */
export const dropOn = async (area: Locator, files: readonly string[]): Promise<void> => {
  await area.scrollIntoViewIfNeeded();
  const box = await area.boundingBox();
  if (box === null) throw new Error('the area is not in view');
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const cdp = await area.page().context().newCDPSession(area.page());
  const data = { items: [], files: [...files], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await cdp.send('Input.dispatchDragEvent', { type, ...at, data });
  await cdp.detach();
};

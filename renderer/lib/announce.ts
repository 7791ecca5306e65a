/** Whoever listens to the screen learns of a new page by its heading, which gets the focus. */
export const announce = (page: HTMLElement | undefined): void => {
  const heading = page?.querySelector<HTMLElement>('h1');
  if (!heading) return;
  heading.tabIndex = -1;
  heading.focus();
};

/** A new page moves the focus to its heading, so that screen readers announce it. */
export const announce = (page: HTMLElement | undefined): void => {
  const heading = page?.querySelector<HTMLElement>('h1');
  if (!heading) return;
  heading.tabIndex = -1;
  heading.focus();
};

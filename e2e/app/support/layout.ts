/**
 * What is wrong with the current layout of the page, in words: parts outside the window,
 * sideways scrolling, text that is cut without a title that shows it in full, drawn text that does
 * not follow the text size setting. Runs in the page.
 */
export const layoutFaults = (): string[] => {
  const faults: string[] = [];
  const nameOf = (element: Element): string => {
    const text = element.textContent.trim().replaceAll(/\s+/g, ' ').slice(0, 40);
    return `<${element.tagName.toLowerCase()} class="${element.getAttribute('class') ?? ''}"> "${text}"`;
  };
  const hides = (overflow: string): boolean => overflow === 'hidden' || overflow === 'clip';
  const scrolls = (overflow: string): boolean => overflow === 'auto' || overflow === 'scroll';
  const isTold = (element: Element): boolean => element.closest('[title]') !== null;
  /** The frame of a long table: its parent scrolls, and it contains only the visible rows. */
  const isVirtual = (element: Element): boolean =>
    element.querySelector(':scope > [role="rowgroup"]') !== null;
  const canScrollTo = (element: Element): boolean => {
    for (let at = element.parentElement; at !== null; at = at.parentElement)
      if (scrolls(getComputedStyle(at).overflowY)) return true;
    return false;
  };
  const hasText = (element: Element): boolean =>
    [...element.childNodes].some(
      (node) => node.nodeType === Node.TEXT_NODE && (node.textContent ?? '').trim() !== '',
    );

  const lookAt = (element: HTMLElement): void => {
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    const wide = element.scrollWidth > element.clientWidth + 1;
    const high = element.scrollHeight > element.clientHeight + 1;
    if (box.left < -1 || box.right > innerWidth + 1)
      faults.push(`outside of the window: ${nameOf(element)}`);
    if (box.bottom > innerHeight + 1 && !canScrollTo(element))
      faults.push(`below the window: ${nameOf(element)}`);
    if (style.display === 'inline') return;
    if (wide && scrolls(style.overflowX)) faults.push(`scrolls sideways: ${nameOf(element)}`);
    const tellsRest =
      (style.textOverflow === 'ellipsis' || style.webkitLineClamp !== 'none') && isTold(element);
    if (wide && hides(style.overflowX) && !tellsRest)
      faults.push(`cut at its side: ${nameOf(element)}`);
    if (high && hides(style.overflowY) && !tellsRest && !isVirtual(element))
      faults.push(`cut below: ${nameOf(element)}`);
    // Taller than a line box: the next element would be drawn over it.
    if (element.scrollHeight > element.clientHeight + 8 && style.overflowY === 'visible')
      faults.push(`sticks out below: ${nameOf(element)}`);
    if (wide && style.overflowX === 'visible' && hasText(element))
      faults.push(`text sticks out: ${nameOf(element)}`);
  };

  /** Smaller than the smallest text there is (11 px at the usual size): --fs-1 of tokens.css. */
  const smallest = 0.6875 * parseFloat(getComputedStyle(document.documentElement).fontSize);
  for (const drawn of document.querySelectorAll<SVGTextElement>('svg text')) {
    const drawnSize = parseFloat(getComputedStyle(drawn).fontSize) * (drawn.getCTM()?.a ?? 1);
    if (drawnSize < smallest - 0.1) faults.push(`drawn too small: ${nameOf(drawn)}`);
  }

  if (document.documentElement.scrollWidth > innerWidth) faults.push('the page scrolls sideways');
  for (const element of document.body.querySelectorAll<HTMLElement>('*:not(svg *)')) {
    const { width, height } = element.getBoundingClientRect();
    // Text for screen readers only is one pixel in size.
    const seen = width > 1 && height > 1 && element.checkVisibility({ checkVisibilityCSS: true });
    if (seen) lookAt(element);
  }
  return faults;
};

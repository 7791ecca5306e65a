/** The x of each cut's right edge along the blade, from the tip to the bow. */
const CUTS = [33.6, 30.1, 26.6, 23.1, 19.6, 16.1] as const;
const EDGE = 8.4;
const STEPS = 6;

/**
 * Outline of a key whose six cuts are as deep as the first six hex digits of an id say. It helps to
 * find a key again and proves nothing.
 */
export const keyMarkPath = (id: string): string => {
  const cuts = CUTS.map((right, place) => {
    const digit = Number.parseInt(id.charAt(place), 16);
    const depth = Number.isNaN(digit) ? 0 : Math.round((digit * STEPS) / 15);
    return `L${right} ${EDGE + depth}H${(right - 2.2).toFixed(1)}`;
  });
  return `M12.5 5H33.2L36 7.4V8.6${cuts.join('')}L12.5 8.6z`;
};

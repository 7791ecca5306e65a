import '@testing-library/jest-dom/vitest';

// What bits-ui expects of a browser and happy-dom does not do.
Object.assign(Element.prototype, {
  scrollIntoView: () => undefined,
  hasPointerCapture: () => false,
});

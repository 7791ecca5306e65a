import '@testing-library/jest-dom/vitest';

// happy-dom has neither; bits-ui only asks whether they are there.
Element.prototype.scrollIntoView ??= (): void => undefined;
Element.prototype.hasPointerCapture ??= (): boolean => false;

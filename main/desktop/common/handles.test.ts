import { expect, it } from 'vitest';
import { Handles } from './handles.ts';

it('finds what it handed out by unguessable IDs, until it is cleared', () => {
  const handles = new Handles<string>('folders');
  const first = handles.give('/home/officer/a');
  const second = handles.give('/home/officer/a');
  expect(first).toMatch(/^[0-9a-f]{32}$/);
  expect(second).not.toBe(first);
  expect(handles.get(first)).toBe('/home/officer/a');
  handles.remove(first);
  const wrong: unknown = expect.objectContaining({
    code: 'invalid-request',
    message: 'Your choice from the folders is not valid any more.',
  });
  expect(() => handles.get(first)).toThrow(wrong);
  expect(handles.get(second)).toBe('/home/officer/a');
  handles.clear();
  expect(() => handles.get(second)).toThrow(wrong);
  expect(() => handles.get('/home/officer/a')).toThrow(wrong);
});

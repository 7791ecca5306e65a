import { describe, expect, test } from 'vitest';
import { rowAfterKey, VirtualWindow } from './virtual-window.svelte.ts';

const windowOver = (count: number): VirtualWindow =>
  new VirtualWindow({ count: () => count, rowHeight: () => 40, height: () => 400 });

describe('VirtualWindow', () => {
  test('shows the rows that fit and no others', () => {
    const view = windowOver(1000);
    view.moveTo(60);
    expect([view.first, view.end, view.shift]).toEqual([1, 12, -20]);
  });

  test('stays below the height that a browser can make, and still reaches the last row', () => {
    const view = windowOver(1_250_000);
    expect(view.physical).toBeLessThan(33_554_432);
    view.follow(view.physical - 400);
    expect(view.end).toBe(1_250_000);
    expect(view.first).toBe(1_249_990);
  });

  test('the scroll bar and the rows agree in both directions', () => {
    const view = windowOver(1_250_000);
    for (const row of [0, 1, 777_777, 1_249_990]) {
      view.moveTo(row * 40);
      const { scrollTop } = view;
      view.moveTo(0);
      view.follow(scrollTop);
      expect(view.first).toBe(row);
    }
  });

  test('a list that became shorter does not leave the window beyond its end', () => {
    let count = $state(1000);
    const view = new VirtualWindow({
      count: () => count,
      rowHeight: () => 40,
      height: () => 400,
    });
    view.moveTo(39_600);
    count = 5;
    expect([view.first, view.end]).toEqual([0, 5]);
  });

  test('shows a row that is outside with the least movement', () => {
    const view = windowOver(1000);
    view.show(20);
    expect(view.end).toBe(21);
    view.show(15);
    expect(view.end).toBe(21);
    view.show(3);
    expect(view.first).toBe(3);
  });
});

describe('rowAfterKey', () => {
  const view = windowOver(30);
  test.each([
    ['ArrowDown', -1, 0],
    ['ArrowDown', 29, 29],
    ['ArrowUp', 0, 0],
    ['PageDown', 0, 9],
    ['End', -1, 29],
    ['Home', 17, 0],
  ] as const)('%s at %i leads to %i', (key, at, next) => {
    expect(rowAfterKey(key, at, view)).toBe(next);
  });

  test('other keys lead nowhere', () => {
    expect(rowAfterKey('x', 3, view)).toBeNull();
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CKA } from './native.ts';
import {
  noLimits,
  secretKeyTemplate,
  templateFault,
  type KeyIntent,
  type TemplateKind,
} from './templates.ts';

const intents: fc.Arbitrary<KeyIntent> = fc
  .record({
    usage: fc.constantFrom('wrap', 'data', 'mac', 'none'),
    extractable: fc.boolean(),
    token: fc.option(
      fc.record({
        objectId: fc.uint8Array({ minLength: 16, maxLength: 16 }),
        label: fc.string({ minLength: 1 }),
        limits: fc.record({ copy: fc.boolean(), mechanisms: fc.boolean() }),
      }),
    ),
  } as const)
  .map((intent) => ({ ...intent, extractable: intent.extractable && intent.token === null }));
const kinds = fc.constantFrom<TemplateKind>('generate', 'unwrap');

describe('the template of a secret key', () => {
  test('is complete, ordered and ends with MODIFIABLE=false, whatever is asked for', () => {
    fc.assert(
      fc.property(kinds, intents, (kind, intent) => {
        const template = secretKeyTemplate(kind, intent);
        expect(templateFault(kind, template)).toBeNull();
        expect(template.at(-1)).toEqual({ type: CKA.MODIFIABLE, value: false });
        expect(template.some(({ type }) => type === CKA.VALUE_LEN)).toBe(kind === 'generate');
      }),
    );
  });

  test('is refused by us in any other order', () => {
    const swapped = fc.tuple(kinds, intents, fc.nat(), fc.nat());
    fc.assert(
      fc.property(swapped, ([kind, intent, a, b]) => {
        const template = [...secretKeyTemplate(kind, intent)];
        const [i, j] = [a % template.length, b % template.length];
        fc.pre(i !== j);
        const [one, other] = [template[i], template[j]];
        if (one === undefined || other === undefined) throw new Error('both are there');
        template[i] = other;
        template[j] = one;
        expect(templateFault(kind, template)).toMatch(/order/);
      }),
    );
  });

  test('is refused by us with an attribute missing, doubled, or of the other kind', () => {
    const intent: KeyIntent = { usage: 'data', extractable: true, token: null };
    const unwrap = secretKeyTemplate('unwrap', intent);
    for (const dropped of unwrap) {
      const rest = unwrap.filter((attribute) => attribute !== dropped);
      expect(templateFault('unwrap', rest)).toMatch(/default/);
    }
    const generate = secretKeyTemplate('generate', intent);
    expect(templateFault('unwrap', generate)).toMatch(/VALUE_LEN/);
    expect(templateFault('generate', unwrap)).toMatch(/VALUE_LEN/);
    expect(templateFault('unwrap', [...unwrap, ...unwrap])).toMatch(/twice/);
    expect(
      templateFault('unwrap', [{ type: CKA.VALUE, value: Buffer.alloc(32) }, ...unwrap]),
    ).toMatch(/not meant/);
  });

  test('is refused by us with two usages or with MODIFIABLE=true', () => {
    const template = secretKeyTemplate('unwrap', {
      usage: 'wrap',
      extractable: false,
      token: null,
    });
    const changed = (type: number): typeof template =>
      template.map((attribute) => (attribute.type === type ? { type, value: true } : attribute));
    expect(templateFault('unwrap', changed(CKA.ENCRYPT))).toMatch(/one usage/);
    expect(templateFault('unwrap', changed(CKA.MODIFIABLE))).toMatch(/MODIFIABLE/);
  });

  test('never makes a token object that could leave the token, or that could not be found again', () => {
    const objectId = Buffer.alloc(16, 1);
    const make = (extractable: boolean, token: KeyIntent['token']) => (): unknown =>
      secretKeyTemplate('generate', { usage: 'data', extractable, token });
    expect(make(true, { objectId, label: 'x', limits: noLimits })).toThrow('never extractable');
    expect(make(false, { objectId: objectId.subarray(1), label: 'x', limits: noLimits })).toThrow(
      '16 bytes',
    );
    expect(make(false, { objectId, label: '', limits: noLimits })).toThrow('label');
  });
});

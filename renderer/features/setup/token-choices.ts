import type { FoundToken, Module } from '../../../shared/contract/token.ts';
import { messages } from '../../messages/en.ts';
import type { Choice } from './choice.ts';

const words = messages.setup.welcome;

const stateOf = (token: FoundToken, anyToken: boolean): NonNullable<Choice['state']> => {
  if (!anyToken) return { glyph: 'none', word: words.notInThisCopy };
  if (!token.initialised) return { glyph: 'ring', word: words.notInitialised };
  if (token.writeProtected) return { glyph: 'none', word: words.writeProtected };
  if (token.pinState === 'locked') return { glyph: 'failed', word: words.pinLocked };
  if (token.pinState === 'not-set') return { glyph: 'warning', word: words.noPin };
  return { glyph: 'good', word: words.ready };
};

const textOf = (token: FoundToken, product: string): Pick<Choice, 'text' | 'code'> => {
  if (!token.initialised) return { text: words.notInitialisedNote };
  const model = token.model === '' ? product : token.model;
  return { text: words.slot(model, token.firmware), code: token.serial };
};

/**
 * Tokens that cannot hold a vault now are shown too, and say why.
 * @param anyToken false in a copy that takes evaluation tokens only
 */
export const tokenChoices = (modules: readonly Module[], anyToken: boolean): readonly Choice[] =>
  modules.flatMap(({ product, tokens }) =>
    tokens.map((token) => {
      const state = stateOf(token, anyToken);
      return {
        value: token.id,
        title: token.label === '' ? words.noLabel : token.label,
        ...textOf(token, product),
        state,
        disabled: state.glyph !== 'good',
      };
    }),
  );

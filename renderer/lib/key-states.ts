import type { KeyState } from '../../shared/keys.ts';
import type { GlyphName } from './ui/glyphs.ts';

export const stateGlyphs: Readonly<Record<KeyState, GlyphName>> = {
  'pre-activation': 'pre',
  active: 'active',
  suspended: 'suspended',
  deactivated: 'ring',
  compromised: 'compromised',
  destroyed: 'cross',
};

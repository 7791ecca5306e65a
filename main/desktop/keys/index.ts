export { changeKeyOf, keyDetail, listKeys, makeKey, sealsOf } from './keys-view.ts';

import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import type { CheckpointKey } from '../../ledger/checkpoint.ts';
import type { NoteCurve } from '../../ledger/note.ts';
import type { JsonObject } from '../../ledger/record.ts';
import type { CheckpointSigner } from '../checkpoint-keeper.ts';

/**
 * What the vault sees of a token, in memory: it survives every power cut, and a cut may come
 * between making an anchor and destroying the older ones.
 */
export class SoftwareToken {
  readonly key: CheckpointKey;
  readonly #privateKey: KeyObject;
  anchors: string[] = [];
  /** Everything that was ever signed. */
  readonly signed: string[] = [];
  /** Called before each single step; throws where the power goes. */
  step: () => void = () => undefined;

  constructor(curve: NoteCurve = 'ed25519') {
    const { publicKey, privateKey } =
      curve === 'ed25519'
        ? generateKeyPairSync('ed25519')
        : generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    this.key = { curve, spki: publicKey.export({ type: 'spki', format: 'der' }) };
    this.#privateKey = privateKey;
  }

  /** What the first record says of the key. */
  get details(): JsonObject {
    const { curve, spki } = this.key;
    return { checkpointKey: { curve, spki: Buffer.from(spki).toString('base64') } };
  }

  sign(text: Uint8Array): Buffer {
    this.signed.push(Buffer.from(text).toString());
    return sign(this.key.curve === 'ed25519' ? null : 'sha256', text, this.#privateKey);
  }

  signer(): CheckpointSigner {
    return {
      sign: async (text) => {
        this.step();
        return Promise.resolve(this.sign(text));
      },
      keepAnchor: async (note) => {
        const older = [...this.anchors];
        this.step();
        this.anchors.push(note);
        for (const each of older) {
          this.step();
          this.anchors = this.anchors.filter((anchor) => anchor !== each || anchor === note);
        }
        return Promise.resolve();
      },
    };
  }
}

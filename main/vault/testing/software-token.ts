import {
  createCipheriv,
  createDecipheriv,
  generateKeyPairSync,
  randomBytes,
  sign,
  type KeyObject,
} from 'node:crypto';
import type { JsonObject } from '../../json/json.ts';
import type { NoteCurve, CheckpointKey } from '../../pki/public-key.ts';
import type { LedgerToken, SessionName } from '../ledger-token.ts';
import type { FirstSigner } from '../vault-context.ts';

/**
 * What the vault sees of a token, in memory: it survives every power cut, and a cut may come
 * between making an anchor and destroying the older ones.
 */
export class SoftwareToken {
  readonly key: CheckpointKey;
  readonly #privateKey: KeyObject;
  readonly #sealing = randomBytes(32);
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

  /** For a vault that is being created. */
  get first(): FirstSigner & { readonly details: JsonObject } {
    return { key: this.key, details: this.details, sign: (text) => this.ledger().sign(text) };
  }

  sign(text: Uint8Array): Buffer {
    this.signed.push(Buffer.from(text).toString());
    return sign(this.key.curve === 'ed25519' ? null : 'sha256', text, this.#privateKey);
  }

  ledger(): LedgerToken {
    return {
      sign: async (text) => {
        this.step();
        return Promise.resolve(this.sign(text));
      },
      readAnchors: () => Promise.resolve([...this.anchors]),
      keepAnchor: async (note, superseded) => {
        this.step();
        this.anchors.push(note);
        for (const each of superseded) {
          this.step();
          this.anchors = this.anchors.filter((anchor) => anchor !== each || anchor === note);
        }
        return Promise.resolve();
      },
      newSessionKey: (name) => {
        const key = randomBytes(32);
        return Promise.resolve({ key, sealed: this.#seal(name, key) });
      },
      requireMasters: () => Promise.resolve(),
      openSessionKey: (name, sealed) => Promise.resolve(this.#open(name, Buffer.from(sealed))),
    };
  }

  #seal(name: SessionName, key: Buffer): Buffer {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.#sealing, nonce).setAAD(aadOf(name));
    return Buffer.concat([nonce, cipher.update(key), cipher.final(), cipher.getAuthTag()]);
  }

  #open(name: SessionName, sealed: Buffer): Buffer | null {
    if (sealed.length !== 60) return null;
    const cipher = createDecipheriv('aes-256-gcm', this.#sealing, sealed.subarray(0, 12));
    cipher.setAAD(aadOf(name)).setAuthTag(sealed.subarray(44));
    try {
      return Buffer.concat([cipher.update(sealed.subarray(12, 44)), cipher.final()]);
    } catch {
      return null;
    }
  }
}

const aadOf = ({ vaultId, epoch, session }: SessionName): Buffer =>
  Buffer.from(`${vaultId}\n${epoch}\n${session}`);

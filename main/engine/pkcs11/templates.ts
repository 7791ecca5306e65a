import { CKA, CKK, CKM, CKO } from './native.ts';

/** What a key may do. One usage per key: a wrapping key that may decrypt reveals what it wraps. */
export type KeyUsage = 'wrap' | 'data' | 'mac' | 'none';

/** What a secret key is to be; every attribute of the object follows from it. Always AES-256. */
export interface KeyIntent {
  readonly usage: KeyUsage;
  /** Whether it may leave the token wrapped. Never true for a token object. */
  readonly extractable: boolean;
  /** null: a session object, destroyed with its session. */
  readonly token: TokenObject | null;
}

export interface TokenObject {
  readonly objectId: Uint8Array;
  readonly label: string;
  readonly limits: KeyLimits;
}

/** What a token key can be kept from beyond its usage, where the token enforces that. */
export interface KeyLimits {
  /** CKA_COPYABLE=false: C_CopyObject is refused. */
  readonly copy: boolean;
  /** CKA_ALLOWED_MECHANISMS: the one mechanism that the key is for. */
  readonly mechanisms: boolean;
}

export const noLimits: KeyLimits = { copy: false, mechanisms: false };

export interface Attribute {
  readonly type: number;
  readonly value: number | boolean | string | Buffer;
}
export type Template = readonly Attribute[];
export type TemplateKind = 'generate' | 'unwrap';

/** Length of a CKA_ID in bytes. */
export const OBJECT_ID_BYTES = 16;
const AES_256_BYTES = 32;

/**
 * The attributes in the only order that works everywhere: SoftHSM applies them one by one and
 * refuses whatever follows MODIFIABLE=false, so that one comes last.
 */
const order = [
  CKA.CLASS,
  CKA.KEY_TYPE,
  CKA.TOKEN,
  CKA.PRIVATE,
  CKA.SENSITIVE,
  CKA.EXTRACTABLE,
  CKA.ENCRYPT,
  CKA.DECRYPT,
  CKA.SIGN,
  CKA.VERIFY,
  CKA.WRAP,
  CKA.UNWRAP,
  CKA.DERIVE,
  CKA.VALUE_LEN,
  CKA.ID,
  CKA.LABEL,
  CKA.COPYABLE,
  CKA.ALLOWED_MECHANISMS,
  CKA.MODIFIABLE,
] as const;

const optional: ReadonlySet<number> = new Set([
  CKA.VALUE_LEN,
  CKA.ID,
  CKA.LABEL,
  CKA.COPYABLE,
  CKA.ALLOWED_MECHANISMS,
]);

/** Attributes that are read back from every secret key before it is used. */
export const verifiedAttributes = (intent: KeyIntent): Template => [
  { type: CKA.CLASS, value: CKO.SECRET_KEY },
  { type: CKA.KEY_TYPE, value: CKK.AES },
  { type: CKA.TOKEN, value: intent.token !== null },
  { type: CKA.PRIVATE, value: true },
  { type: CKA.SENSITIVE, value: true },
  { type: CKA.EXTRACTABLE, value: intent.extractable },
  { type: CKA.ENCRYPT, value: intent.usage === 'data' },
  { type: CKA.DECRYPT, value: intent.usage === 'data' },
  { type: CKA.SIGN, value: intent.usage === 'mac' },
  { type: CKA.VERIFY, value: intent.usage === 'mac' },
  { type: CKA.WRAP, value: intent.usage === 'wrap' },
  { type: CKA.UNWRAP, value: intent.usage === 'wrap' },
  { type: CKA.DERIVE, value: false },
];

const identity = (token: KeyIntent['token']): Template =>
  token === null
    ? []
    : [
        { type: CKA.ID, value: Buffer.from(token.objectId) },
        { type: CKA.LABEL, value: token.label },
      ];

/** A CK_MECHANISM_TYPE array with one entry; CK_ULONG has 8 bytes on Unix, 4 on Windows. */
const onlyMechanism = (mechanism: number): Buffer => {
  const value = Buffer.alloc(process.platform === 'win32' ? 4 : 8);
  value.writeUInt32LE(mechanism, 0);
  return value;
};

const mechanismOf = (usage: KeyUsage): number | null => {
  if (usage === 'wrap') return CKM.AES_KEY_WRAP;
  return usage === 'data' ? CKM.AES_GCM : null;
};

/** The attributes that follow from an intent's limits. */
export const limitAttributes = ({ usage, token }: KeyIntent): Template => {
  const mechanism = mechanismOf(usage);
  const { copy, mechanisms } = token?.limits ?? noLimits;
  return [
    ...(copy ? [{ type: CKA.COPYABLE, value: false }] : []),
    ...(mechanisms && mechanism !== null
      ? [{ type: CKA.ALLOWED_MECHANISMS, value: onlyMechanism(mechanism) }]
      : []),
  ];
};

const requireSaneIntent = (intent: KeyIntent): void => {
  if (intent.token === null) return;
  if (intent.extractable) throw new Error('a token object is never extractable');
  if (intent.token.objectId.length !== OBJECT_ID_BYTES) {
    throw new Error(`an object id has ${OBJECT_ID_BYTES} bytes`);
  }
  if (intent.token.label === '') throw new Error('a token object has a label');
};

/**
 * The complete template for an intent: nothing is left to the token's defaults, which differ and
 * are unsafe. VALUE_LEN belongs to generation only (SoftHSM refuses it when unwrapping).
 */
export const secretKeyTemplate = (kind: TemplateKind, intent: KeyIntent): Template => {
  requireSaneIntent(intent);
  const length: Template =
    kind === 'generate' ? [{ type: CKA.VALUE_LEN, value: AES_256_BYTES }] : [];
  return [
    ...verifiedAttributes(intent),
    ...length,
    ...identity(intent.token),
    ...limitAttributes(intent),
    { type: CKA.MODIFIABLE, value: false },
  ];
};

const on = (template: Template, type: number): boolean =>
  template.some((attribute) => attribute.type === type && attribute.value === true);

/** Says what is wrong with a secret-key template, or null: the last look before the token sees it. */
export const templateFault = (kind: TemplateKind, template: Template): string | null => {
  const types = template.map((attribute) => attribute.type);
  const ranks = types.map((type) => order.findIndex((known) => known === type));
  if (ranks.includes(-1)) return 'an attribute that is not meant for secret keys';
  if (ranks.some((rank, i) => i > 0 && rank <= (ranks[i - 1] ?? -1))) {
    return 'attributes twice or out of order';
  }
  const missing = order.filter((type) => !optional.has(type) && !types.includes(type));
  if (missing.length > 0) return 'an attribute is left to the default of the token';
  if (types.includes(CKA.VALUE_LEN) !== (kind === 'generate')) {
    return 'VALUE_LEN belongs to generation, and to nothing else';
  }
  if (on(template, CKA.MODIFIABLE)) return 'MODIFIABLE must be false';
  const usages = [CKA.ENCRYPT, CKA.SIGN, CKA.WRAP].filter((type) => on(template, type));
  return usages.length > 1 ? 'a key has one usage' : null;
};

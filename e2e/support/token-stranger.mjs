// Another program that knows the PIN of a vault's token: node token-stranger.mjs TOKEN VAULT TOKEN-FOLDER ACT LABEL ID
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import pkcs11 from 'pkcs11js';

const PIN = process.env.CLAVIGER_TEST_PIN ?? '271828';
const [CLASS, TOKEN, PRIVATE, LABEL, KEY_TYPE, ID] = [0, 1, 2, 3, 0x100, 0x102];
const [SENSITIVE, ENCRYPT, DECRYPT, WRAP, UNWRAP] = [0x103, 0x104, 0x105, 0x106, 0x107];
const [SIGN, VERIFY, DERIVE, VALUE_LEN, EXTRACTABLE] = [0x108, 0x10a, 0x10c, 0x161, 0x162];
const [SECRET_KEY, AES, AES_KEY_GEN] = [4, 0x1f, 0x1080];

const [token, vault, tokenDir, act, label, id] = process.argv.slice(2);
const native = new pkcs11.PKCS11();
const isNss = token !== 'SoftHSM2';
if (!isNss) process.env.SOFTHSM2_CONF = join(vault, 'softhsm2.conf');
const { findModules, nssParameters } =
  await import('../../out/main/engine/pkcs11/known-modules.js');
native.load(findModules().find(({ product }) => product === token).path);
native.C_Initialize({ flags: 2, ...(isNss ? { libraryParameters: nssParameters(tokenDir) } : {}) });
const name = isNss ? 'NSS Certificate DB' : 'claviger-eval';
const slot = native
  .C_GetSlotList(true)
  .find((each) => native.C_GetTokenInfo(each).label.startsWith(name));
const session = native.C_OpenSession(slot, 6);
native.C_Login(session, 1, PIN);

const find = (template) => {
  native.C_FindObjectsInit(session, template);
  const found = native.C_FindObjects(session, 1_000);
  native.C_FindObjectsFinal(session);
  return found;
};
const read = (object, type) => native.C_GetAttributeValue(session, object, [{ type }])[0].value;
const one = () =>
  find([
    { type: CLASS, value: SECRET_KEY },
    { type: LABEL, value: label },
  ])[0];
const create = (id, usage) =>
  native.C_GenerateKey(session, { mechanism: AES_KEY_GEN }, [
    { type: CLASS, value: SECRET_KEY },
    { type: KEY_TYPE, value: AES },
    { type: TOKEN, value: true },
    { type: PRIVATE, value: true },
    { type: SENSITIVE, value: true },
    { type: EXTRACTABLE, value: false },
    { type: ENCRYPT, value: usage === 'data' },
    { type: DECRYPT, value: usage === 'data' },
    { type: WRAP, value: usage === 'wrap' },
    { type: UNWRAP, value: usage === 'wrap' },
    { type: SIGN, value: false },
    { type: VERIFY, value: false },
    { type: DERIVE, value: false },
    { type: VALUE_LEN, value: 32 },
    { type: ID, value: id },
    { type: LABEL, value: label },
  ]);

if (act === 'create') create(id === undefined ? randomBytes(16) : Buffer.from(id, 'hex'), 'data');
if (act === 'destroy') native.C_DestroyObject(session, one());
if (act === 'exchange') {
  const same = Buffer.from(read(one(), ID));
  native.C_DestroyObject(session, one());
  create(same, 'wrap');
}
if (act === 'rename') {
  const renamed = [{ type: LABEL, value: id }];
  const ways = {
    renaming: () => native.C_SetAttributeValue(session, one(), renamed),
    copying: () => native.C_CopyObject(session, one(), renamed),
  };
  for (const [way, work] of Object.entries(ways))
    try {
      work();
      console.log(`by ${way}`);
    } catch (error) {
      console.log(`${way}: ${error.message}`);
    }
}
for (const object of find([{ type: TOKEN, value: true }]))
  console.log(read(object, LABEL).toString());
native.C_Logout(session);

// Changes the anchors in a token, as somebody with its PIN and another program could.
// Reads {module, parameters, label, pin, kind, vault, remove, add} as JSON from standard input and
// prints the notes that the token holds afterwards. It is a separate process, because a library is
// initialised once per process.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import pkcs11 from 'pkcs11js';

const given = JSON.parse(readFileSync(0, 'utf8'));
const p11 = new pkcs11.PKCS11();
p11.load(given.module);
if (given.parameters === null) p11.C_Initialize();
else p11.C_Initialize({ libraryParameters: given.parameters, flags: 0 });

const labelOf = (slot) => p11.C_GetTokenInfo(slot).label.trim();
const slot = p11.C_GetSlotList(true).find((each) => labelOf(each).startsWith(given.label));
if (slot === undefined) throw new Error(`there is no token ${given.label}`);
const session = p11.C_OpenSession(slot, pkcs11.CKF_SERIAL_SESSION | pkcs11.CKF_RW_SESSION);
p11.C_Login(session, pkcs11.CKU_USER, given.pin);

const asData = given.kind === 'data-object';
const dataLabel = `claviger/${given.vault}/anchor`;
const wanted = asData
  ? [
      { type: pkcs11.CKA_CLASS, value: pkcs11.CKO_DATA },
      { type: pkcs11.CKA_LABEL, value: dataLabel },
    ]
  : [{ type: pkcs11.CKA_CLASS, value: pkcs11.CKO_SECRET_KEY }];

const textOf = (object) => {
  const type = asData ? pkcs11.CKA_VALUE : pkcs11.CKA_LABEL;
  return p11.C_GetAttributeValue(session, object, [{ type }])[0].value.toString('utf8');
};

const anchors = () => {
  p11.C_FindObjectsInit(session, wanted);
  const objects = p11.C_FindObjects(session, 1000);
  p11.C_FindObjectsFinal(session);
  return objects.filter((each) => textOf(each).startsWith(`claviger.invalid/${given.vault}/`));
};

// The free one of the two places of a label anchor (docs/ledger.md, "Anchor and rollback").
const placeOf = (number) =>
  createHash('sha256')
    .update(`claviger/anchor/1\n${given.vault}\n${number}\n`)
    .digest()
    .subarray(0, 16);
const isFree = (id) => {
  p11.C_FindObjectsInit(session, [{ type: pkcs11.CKA_ID, value: id }]);
  const found = p11.C_FindObjects(session, 1);
  p11.C_FindObjectsFinal(session);
  return found.length === 0;
};
const freePlace = () => [placeOf(0), placeOf(1)].find(isFree);

const templateOf = (note) =>
  asData
    ? [
        { type: pkcs11.CKA_CLASS, value: pkcs11.CKO_DATA },
        { type: pkcs11.CKA_TOKEN, value: true },
        { type: pkcs11.CKA_PRIVATE, value: true },
        { type: pkcs11.CKA_LABEL, value: dataLabel },
        { type: pkcs11.CKA_VALUE, value: Buffer.from(note) },
      ]
    : [
        { type: pkcs11.CKA_CLASS, value: pkcs11.CKO_SECRET_KEY },
        { type: pkcs11.CKA_KEY_TYPE, value: pkcs11.CKK_GENERIC_SECRET },
        { type: pkcs11.CKA_TOKEN, value: true },
        { type: pkcs11.CKA_PRIVATE, value: true },
        { type: pkcs11.CKA_ID, value: freePlace() },
        { type: pkcs11.CKA_VALUE, value: Buffer.alloc(16, 7) },
        { type: pkcs11.CKA_LABEL, value: note },
      ];

if (given.remove) for (const object of anchors()) p11.C_DestroyObject(session, object);
for (const note of given.add) p11.C_CreateObject(session, templateOf(note));
process.stdout.write(JSON.stringify(anchors().map(textOf)));
p11.C_Logout(session);
p11.C_CloseSession(session);
p11.C_Finalize();

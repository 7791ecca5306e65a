// Loaded into every process of the command line (NODE_OPTIONS=--import): a token that refuses to
// remove (C_DestroyObject) or to make (C_GenerateKey) keys of files, as CLAVIGER_REFUSES says.
import pkcs11 from 'pkcs11js';

const CKA_LABEL = 0x3;
const refused = process.env.CLAVIGER_REFUSES;
const fileKey = /^claviger\/[0-9a-f]+\/key\//;
const { prototype } = pkcs11.PKCS11;
const { C_GetAttributeValue, C_DestroyObject, C_GenerateKey } = prototype;

const refuse = () => {
  throw new Error('CKR_ACTION_PROHIBITED:27');
};

prototype.C_DestroyObject = function (session, object) {
  const [{ value }] = C_GetAttributeValue.call(this, session, object, [{ type: CKA_LABEL }]);
  if (refused === 'C_DestroyObject' && fileKey.test(String(value))) refuse();
  return C_DestroyObject.call(this, session, object);
};

prototype.C_GenerateKey = function (session, mechanism, template) {
  const label = String(template.find(({ type }) => type === CKA_LABEL)?.value ?? '');
  if (refused === 'C_GenerateKey' && fileKey.test(label)) refuse();
  return C_GenerateKey.call(this, session, mechanism, template);
};

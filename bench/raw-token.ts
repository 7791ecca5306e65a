import { createEvaluationToken } from '../main/engine/pkcs11/evaluation.ts';
import { TokenConnection } from '../main/engine/pkcs11/connection.ts';
import { createTokenKey } from '../main/engine/pkcs11/objects.ts';
import type { RawToken } from './raw-job.ts';

// Makes a token with one AES key for the raw loops and says on stdout how to reach it.

const [, , folder = '', pin = ''] = process.argv;
const target = createEvaluationToken(folder, pin);
const connection = TokenConnection.open(target);
connection.login(pin);
const { objectId, label } = connection.withSession((session) =>
  createTokenKey(session, 'claviger-bench', 'data'),
);
const token: RawToken = { target, pin, objectId: objectId.toString('hex'), label };
process.stdout.write(JSON.stringify(token));
connection.close();

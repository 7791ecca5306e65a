import { afterAll, beforeAll, expect, test } from 'vitest';
import { TokenConnection } from '../../engine/pkcs11/connection.ts';
import { generateSigningKey, publicKeySpki, signDigest } from '../../engine/pkcs11/signing.ts';
import { makeSoftHsmToken, type TestToken } from '../../engine/pkcs11/testing/tokens.ts';
import { makeReportCertificate } from '../../certificates/certificate.ts';
import { sampleReport, sampleVault } from './testing/sample-report.ts';
import { renderPdf } from './testing/render-pdf.ts';
import { ask, withFile } from './testing/tools.ts';

let token: TestToken;
let connection: TokenConnection;
beforeAll(() => {
  token = makeSoftHsmToken();
  connection = TokenConnection.open(token.target);
  connection.login(token.pin);
});
afterAll(() => {
  connection.close();
  token.remove();
});

test('pdfsig confirms what a P-256 key inside a token signed', async () => {
  const name = { objectId: Buffer.alloc(16, 7), label: `claviger/${sampleVault}/report` };
  const { privateKey, publicKey } = connection.withSession((session) => {
    const pair = generateSigningKey(session, 'p256', name);
    return { ...pair, publicKey: publicKeySpki(session, pair.publicKey, 'p256') };
  });
  const sign = (digest: Uint8Array): Promise<Uint8Array> =>
    Promise.resolve(connection.withSession((session) => signDigest(session, privateKey, digest)));
  const time = new Date('2026-11-22T03:11:05Z');
  const request = { vault: sampleVault, publicKey, created: time, sign };
  const certificate = await makeReportCertificate(request);
  const pdf = await renderPdf(sampleReport({ records: 30 }), { certificate, time, sign });
  const said = withFile(pdf, (path) => ask('pdfsig', [path]));
  expect(said).toContain('Signature is Valid.');
  expect(said).toContain('Total document signed');
});

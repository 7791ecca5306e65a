import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { sampleVault } from '../reports/pdf/testing/sample-report.ts';
import { makeSoftwareSigner } from '../reports/pdf/testing/software-signer.ts';
import { ask, withFile } from '../reports/pdf/testing/tools.ts';

const time = new Date('2026-11-22T03:11:05Z');

test('the certificate is signed with its own key, names the vault and does not expire', async () => {
  const { certificate: der } = await makeSoftwareSigner(sampleVault, time);
  const certificate = new X509Certificate(der);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.subject).toBe(`CN=Claviger report key of vault ${sampleVault}`);
  expect(certificate.issuer).toBe(certificate.subject);
  expect(certificate.ca).toBe(false);
  expect(new Date(certificate.validFrom)).toEqual(time);
  expect(new Date(certificate.validTo).getUTCFullYear()).toBe(9999);
});

test('openssl accepts it, strictly, for signing documents', async () => {
  const { certificate } = await makeSoftwareSigner(sampleVault, time);
  const pem = new X509Certificate(certificate).toString();
  withFile(pem, (path) => {
    const said = ask('openssl', ['verify', '-x509_strict', '-check_ss_sig', '-CAfile', path, path]);
    expect(said).toContain('OK');
    const text = ask('openssl', ['x509', '-in', path, '-noout', '-text']);
    expect(text).toMatch(/Key Usage: critical\s+Digital Signature, Non Repudiation/);
    expect(text).toContain('1.3.6.1.5.5.7.3.36');
  });
});

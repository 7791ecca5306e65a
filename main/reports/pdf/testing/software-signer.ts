import { execFileSync } from 'node:child_process';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeReportCertificate, type SignDigest } from '../../../certificates/certificate.ts';
import type { ReportSigner } from '../../../certificates/report-signer.ts';

/** A P-256 key in software; openssl signs, because node:crypto does not sign bare digests. */
export const makeSoftwareSigner = async (vault: string, time: Date): Promise<ReportSigner> => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const sign: SignDigest = (digest) => Promise.resolve(signWithOpenssl(pem, digest));
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const certificate = await makeReportCertificate({ vault, publicKey, created: time, sign });
  return { certificate, time, sign };
};

const signWithOpenssl = (pem: string, digest: Uint8Array): Buffer => {
  const folder = mkdtempSync(join(tmpdir(), 'claviger-signer-'));
  const keyFile = join(folder, 'key.pem');
  const digestFile = join(folder, 'digest');
  try {
    writeFileSync(keyFile, pem);
    writeFileSync(digestFile, digest);
    return execFileSync('openssl', ['pkeyutl', '-sign', '-inkey', keyFile, '-in', digestFile]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

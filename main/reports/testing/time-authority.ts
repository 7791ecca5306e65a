import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const config = `
[req]
distinguished_name = dn
[dn]
[ext]
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = t
[t]
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
signer_key = tsa.key
default_policy = 1.2.3.4
digests = sha256
signer_digest = sha256
`;

/** A time-stamping authority of openssl's own (RFC 3161), in a folder of its own. */
export class TimeAuthority {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'claviger-tsa-'));

  constructor() {
    writeFileSync(path.join(this.folder, 'tsa.cnf'), config);
    writeFileSync(path.join(this.folder, 'serial'), '01\n');
    const key = ['-newkey', 'rsa:2048', '-nodes', '-keyout', 'tsa.key', '-out', 'tsa.pem'];
    const subject = ['-subj', '/CN=Test TSA', '-config', 'tsa.cnf', '-extensions', 'ext'];
    this.#openssl('req', '-x509', ...key, ...subject);
  }

  /** PEM, for whoever verifies. */
  get certificate(): string {
    return path.join(this.folder, 'tsa.pem');
  }

  /** The request over some bytes, as `openssl ts -query` makes it. */
  request(data: string): Buffer {
    writeFileSync(path.join(this.folder, 'data'), data);
    this.#openssl('ts', '-query', '-data', 'data', '-sha256', '-cert', '-out', 'q.tsq');
    return readFileSync(path.join(this.folder, 'q.tsq'));
  }

  /** The authority's reply over some bytes. */
  stamp(data: string): Buffer {
    this.request(data);
    const files = ['-queryfile', 'q.tsq', '-out', 'r.tsr'];
    this.#openssl('ts', '-reply', '-config', 'tsa.cnf', '-section', 't', ...files);
    return readFileSync(path.join(this.folder, 'r.tsr'));
  }

  /** What `openssl ts -verify` says. */
  verify(data: string, reply: Uint8Array): string {
    writeFileSync(path.join(this.folder, 'again'), data);
    writeFileSync(path.join(this.folder, 'again.tsr'), reply);
    const args = ['-verify', '-in', 'again.tsr', '-data', 'again', '-CAfile', 'tsa.pem'];
    return this.#openssl('ts', ...args);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  #openssl(...args: string[]): string {
    return execFileSync('openssl', args, { cwd: this.folder, stdio: 'pipe' }).toString();
  }
}

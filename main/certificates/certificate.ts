import { createHash, randomBytes } from 'node:crypto';
import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';

/** Names of ASN.1 objects that are used here. */
const oid = {
  commonName: '2.5.4.3',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  extendedKeyUsage: '2.5.29.37',
  documentSigning: '1.3.6.1.5.5.7.3.36',
} as const;

/** ECDSA on P-256 over a SHA-256 digest (32 bytes), as DER. */
export type SignDigest = (digest: Uint8Array) => Promise<Uint8Array>;

export interface CertificateRequest {
  /** 32 lower-case hex digits. */
  readonly vault: string;
  /** DER SubjectPublicKeyInfo of the report key, on P-256. */
  readonly publicKey: Uint8Array;
  readonly created: Date;
  /** Signs with the report key itself. */
  readonly sign: SignDigest;
}

/**
 * The report key's self-signed certificate (RFC 5280), DER: for signatures of documents alone
 * (RFC 9336), without an end of its validity (RFC 5280 §4.1.2.5). It proves no more than
 * its fingerprint does when it is compared by another way.
 */
export const makeReportCertificate = async (request: CertificateRequest): Promise<Buffer> => {
  const certificate = new pkijs.Certificate({
    version: 2, // v3
    serialNumber: new asn1js.Integer({ valueHex: arrayBuffer(positiveSerial()) }),
    signature: ecdsa(),
    notBefore: new pkijs.Time({ type: pkijs.TimeType.UTCTime, value: request.created }),
    notAfter: new pkijs.Time({
      type: pkijs.TimeType.GeneralizedTime,
      value: new Date('9999-12-31T23:59:59Z'),
    }),
    subjectPublicKeyInfo: pkijs.PublicKeyInfo.fromBER(arrayBuffer(request.publicKey)),
    extensions: extensions(request.publicKey),
  });
  const name = `Claviger report key of vault ${request.vault}`;
  for (const holder of [certificate.subject, certificate.issuer])
    holder.typesAndValues.push(
      new pkijs.AttributeTypeAndValue({
        type: oid.commonName,
        value: new asn1js.Utf8String({ value: name }),
      }),
    );
  certificate.signatureAlgorithm = ecdsa();
  certificate.tbsView = new Uint8Array(certificate.encodeTBS().toBER());
  const digest = createHash('sha256').update(certificate.tbsView).digest();
  const signature = await request.sign(digest);
  certificate.signatureValue = new asn1js.BitString({ valueHex: arrayBuffer(signature) });
  return Buffer.from(certificate.toSchema(true).toBER());
};

/** ecdsa-with-SHA256, without parameters (RFC 5758 §3.2). */
export const ecdsa = (): pkijs.AlgorithmIdentifier =>
  new pkijs.AlgorithmIdentifier({ algorithmId: oid.ecdsaWithSha256 });

/** A copy that holds nothing else: what the ASN.1 library takes. */
export const arrayBuffer = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer;

/** 16 bytes, positive and without a leading zero (RFC 5280 §4.1.2.2). */
const positiveSerial = (): Buffer => {
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  return serial;
};

const extensions = (publicKey: Uint8Array): pkijs.Extension[] => {
  const keyId = createHash('sha1').update(publicKey.subarray(-65)).digest();
  return [
    extension(oid.basicConstraints, true, new asn1js.Sequence()),
    // digitalSignature and nonRepudiation
    extension(
      oid.keyUsage,
      true,
      new asn1js.BitString({ valueHex: Uint8Array.of(0xc0).buffer, unusedBits: 6 }),
    ),
    extension(
      oid.extendedKeyUsage,
      false,
      new asn1js.Sequence({ value: [new asn1js.ObjectIdentifier({ value: oid.documentSigning })] }),
    ),
    extension(
      oid.subjectKeyIdentifier,
      false,
      new asn1js.OctetString({ valueHex: arrayBuffer(keyId) }),
    ),
  ];
};

const extension = (
  extnID: string,
  critical: boolean,
  value: { toBER(): ArrayBuffer },
): pkijs.Extension => new pkijs.Extension({ extnID, critical, extnValue: value.toBER() });

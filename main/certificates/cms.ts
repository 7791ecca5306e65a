import { createHash } from 'node:crypto';
import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import { arrayBuffer, ecdsa } from './certificate.ts';
import type { ReportSigner } from './report-signer.ts';

const oid = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  sha256: '2.16.840.1.101.3.4.2.1',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
} as const;

/** Upper limit of the size of a signature with our certificate. */
export const MAX_SIGNATURE_BYTES = 4096;

/**
 * A detached CMS SignedData (RFC 5652) over content with this SHA-256, DER, with the signed
 * attributes that PAdES baseline B-B asks for and no signing time, which is in the PDF instead
 * (ETSI EN 319 142-1 §6.3).
 */
export const signDetached = async (
  contentDigest: Uint8Array,
  { certificate: der, sign }: ReportSigner,
): Promise<Buffer> => {
  const certificate = pkijs.Certificate.fromBER(arrayBuffer(der));
  const signedAttrs = new pkijs.SignedAndUnsignedAttributes({
    type: 0,
    attributes: attributes(contentDigest, der),
  });
  const signer = new pkijs.SignerInfo({
    version: 1,
    sid: new pkijs.IssuerAndSerialNumber({
      issuer: certificate.issuer,
      serialNumber: certificate.serialNumber,
    }),
    digestAlgorithm: sha256(),
    signatureAlgorithm: ecdsa(),
    signedAttrs,
  });
  const digest = createHash('sha256').update(attributeSet(signedAttrs)).digest();
  signer.signature = new asn1js.OctetString({ valueHex: arrayBuffer(await sign(digest)) });
  const signed = new pkijs.SignedData({
    version: 1,
    digestAlgorithms: [sha256()],
    encapContentInfo: new pkijs.EncapsulatedContentInfo({ eContentType: oid.data }),
    certificates: [certificate],
    signerInfos: [signer],
  });
  const content = new pkijs.ContentInfo({
    contentType: oid.signedData,
    content: signed.toSchema(true),
  });
  return Buffer.from(content.toSchema().toBER());
};

const sha256 = (): pkijs.AlgorithmIdentifier =>
  new pkijs.AlgorithmIdentifier({ algorithmId: oid.sha256 });

/** In the order of DER: a SET OF is sorted by its encodings (X.690 §11.6). */
const attributes = (contentDigest: Uint8Array, certificate: Uint8Array): pkijs.Attribute[] =>
  [
    attribute(oid.contentType, new asn1js.ObjectIdentifier({ value: oid.data })),
    attribute(oid.messageDigest, octets(contentDigest)),
    attribute(oid.signingCertificateV2, signingCertificate(certificate)),
  ].sort((a, b) => Buffer.compare(encoded(a), encoded(b)));

const encoded = (one: pkijs.Attribute): Buffer => Buffer.from(one.toSchema().toBER());

const attribute = (type: string, value: asn1js.BaseBlock): pkijs.Attribute =>
  new pkijs.Attribute({ type, values: [value] });

const octets = (bytes: Uint8Array): asn1js.OctetString =>
  new asn1js.OctetString({ valueHex: arrayBuffer(bytes) });

/** ESSCertIDv2 with SHA-256, its default, so only the hash is written (RFC 5035 §4). */
const signingCertificate = (certificate: Uint8Array): asn1js.Sequence => {
  const hash = octets(createHash('sha256').update(certificate).digest());
  const certId = new asn1js.Sequence({ value: [hash] });
  return new asn1js.Sequence({ value: [new asn1js.Sequence({ value: [certId] })] });
};

/** What is signed: the attributes with the tag of a SET, not the [0] they are stored under (RFC 5652 §5.4). */
const attributeSet = (signedAttrs: pkijs.SignedAndUnsignedAttributes): Buffer => {
  const der = Buffer.from(signedAttrs.toSchema().toBER());
  der[0] = 0x31;
  return der;
};

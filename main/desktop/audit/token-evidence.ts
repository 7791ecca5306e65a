import { writeFile } from 'node:fs/promises';
import type { Profile } from '../../../shared/contract/token.ts';
import { VERSION } from '../../../shared/version.ts';
import { evidencePageNotWritten } from '../../../shared/messages/failures/disk.ts';
import { refuseInVault } from '../../store/index.ts';
import { orFailure } from '../../system/index.ts';
import type { Dialogs } from '../common/index.ts';

/**
 * Asks for a file name and writes the results of the probe as one HTML page, to view or print.
 * @param vault the folder of the open vault, where nothing is written
 */
export const saveTokenEvidence = async (
  profile: Profile,
  dialogs: Pick<Dialogs, 'pickSave'>,
  vault: string | null,
): Promise<{ path: string } | null> => {
  const file = await dialogs.pickSave(`token-evidence-${safe(profile.token.serial)}.html`);
  if (file === null) return null;
  await refuseInVault(vault, file);
  const page = evidencePage(profile, new Date().toISOString());
  await orFailure(evidencePageNotWritten, writeFile(file, page));
  return { path: file };
};

/** The serial number comes from the token and may contain anything. */
const safe = (text: string): string => text.replaceAll(/[^\w-]+/g, '_').slice(0, 40);

const style = `body { font: 13px/1.5 sans-serif; margin: 2.5rem auto; max-width: 60rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
td, th { border-top: 1px solid #ccc; padding: 4px 8px; text-align: left; vertical-align: top; }
td { overflow-wrap: anywhere; }
`;

/** @param written UTC, ISO 8601 */
export const evidencePage = (profile: Profile, written: string): string => {
  const { token, library, hardRequirements, pairs, workarounds, findings } = profile;
  const title = `Token evidence: ${token.label}`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${html(title)}</title>
<style>
${style}</style>
<h1>${html(title)}</h1>
<p>${html(verdictOf(profile))}</p>
${table(
  ['', ''],
  [
    ['Serial number', token.serial],
    ['Model', `${token.manufacturer} ${token.model}`],
    ['Library', library.path],
    ['Version of the library', library.version],
    ['SHA-256 of the library', library.sha256],
    ['Keeps the newest checkpoint', anchors[profile.anchor]],
    ['Signs checkpoints with', signs[profile.signs]],
    ['Bytes of a segment', String(profile.segmentSize)],
    ...(profile.probed === null ? [] : [['Probed', profile.probed]]),
    ['Written', `${written}, claviger/${VERSION}`],
  ],
)}
<h2>Hard requirements</h2>
${table(
  ['Requirement', 'Met'],
  hardRequirements.map(({ words, met }) => [words, yesNo(met)]),
)}
<h2>What the token can carry</h2>
${table(
  ['Custody', 'Bulk', 'Carried', 'Reason'],
  pairs.map(({ custody, bulk, carried, reason }) => [custody, bulk, yesNo(carried), reason]),
)}
${
  workarounds.length === 0
    ? ''
    : `<h2>Workarounds</h2>\n<ul>${workarounds.map((each) => `<li>${html(each)}</li>`).join('')}</ul>\n`
}<h2>Every check</h2>
${table(
  ['Check', 'Expected', 'Seen', 'As expected'],
  findings.map(({ check, expected, seen, ok }) => [check, expected, seen, yesNo(ok)]),
)}
</html>
`;
};

const anchors: Readonly<Record<Profile['anchor'], string>> = {
  'data-object': 'yes, in a data object',
  label: 'yes, in the label of an object',
  none: 'no: there is no rollback detection',
};

const signs: Readonly<Record<Profile['signs'], string>> = {
  ed25519: 'Ed25519',
  p256: 'ECDSA P-256',
  none: 'nothing: the ledger stays unsigned',
};

const verdictOf = ({ evaluationOnly, hardRequirements }: Profile): string => {
  if (hardRequirements.some(({ met }) => !met))
    return 'EVALUATION ONLY: a hard requirement is not met.';
  return evaluationOnly
    ? 'EVALUATION ONLY: the token lies in the folder of its vault.'
    : 'All hard requirements are met.';
};

const yesNo = (value: boolean): string => (value ? 'yes' : 'no');

const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  `<table>
${heads.some((head) => head !== '') ? `<tr>${heads.map((head) => `<th>${html(head)}</th>`).join('')}</tr>\n` : ''}${rows
    .map((row) => `<tr>${row.map((cell) => `<td>${html(cell)}</td>`).join('')}</tr>\n`)
    .join('')}</table>`;

const html = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');

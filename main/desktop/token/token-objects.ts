import type { Input } from '../../../shared/contract.ts';
import type { Comparison } from '../../../shared/contract/token.ts';
import { limits } from '../../../shared/limits.ts';
import type { TokenComparison } from '../../engine/index.ts';
import { describeFinding, isRemovable, reconcileToken, removeFound } from '../../session/index.ts';
import type { OpenVault } from '../vault/index.ts';

/** Compares every object in the token with the keystore. */
export const compareToken = async (open: OpenVault): Promise<Comparison> =>
  viewOf(open, await reconcileToken(open.session));

/** Removes what the window was shown, as far as that is still found; then compares again. */
export const removeFromToken = async (
  open: OpenVault,
  { objects }: Input<'token.remove'>,
): Promise<Comparison> => {
  const { findings } = await reconcileToken(open.session);
  const asked = new Set(objects.map(nameOf));
  const doomed = findings.filter(
    (finding) => isRemovable(finding, open.vault) && asked.has(nameOf(finding)),
  );
  for (const finding of doomed) await removeFound(open.session, finding);
  return compareToken(open);
};

const nameOf = ({
  objectClass,
  objectId,
  label,
}: Input<'token.remove'>['objects'][number]): string =>
  JSON.stringify([objectClass, objectId, label]);

const viewOf = (open: OpenVault, comparison: TokenComparison): Comparison => {
  const { findings, sound, otherVaults, others } = comparison;
  const { now } = open.vault;
  return {
    findings: findings.slice(0, limits.listLength).map((finding) => {
      const { kind, key, objectId, label, what, detail, next } = describeFinding(
        finding,
        open.vault,
      );
      const { objectClass } = finding;
      // What another program named so that it cannot be shown whole cannot be asked for either.
      const isWhole = label.length <= limits.longTextLength && objectId.length <= limits.textLength;
      return {
        ...{ kind, key, objectClass, what, detail, next },
        objectId: objectId.slice(0, limits.textLength),
        label: label.slice(0, limits.longTextLength),
        removable: isWhole && isRemovable(finding, open.vault),
      };
    }),
    total: findings.length,
    ...{ sound, otherVaults, others, at: now.toISOString() },
  };
};

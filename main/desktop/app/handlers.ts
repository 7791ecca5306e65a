import { dialogs as titles } from '../../../shared/messages/desktop.ts';
import type { Unlocked } from '../../../shared/contract/session.ts';
import type { Profile } from '../../../shared/contract/token.ts';
import { noVaultOpen } from '../../../shared/messages/failures/desktop.ts';
import { nothingToAccept } from '../../../shared/messages/failures/session.ts';
import { bindingOf, changePin, profileOf } from '../../session/index.ts';
import { exportEvidence, recordOf, verifyVault } from '../audit/index.ts';
import type { Handlers } from '../ipc/index.ts';
import { filesToRewrap, previewDestruction, setWaitingPeriod } from '../../keys/index.ts';
import { changeKeyOf, keyDetail, listKeys, makeKey } from '../keys/index.ts';
import { overviewOf } from '../overview/index.ts';
import { describeProfile, saveProbe } from '../setup/index.ts';
import { compareToken, mastersOfVault, removeFromToken, rotateMastersOf } from '../token/index.ts';
import { type OpenVault, unsignedTailOf } from '../vault/index.ts';
import { pastBatches, leftOutRows, plannedRows, viewOfPlan } from '../work/index.ts';
import type { App } from './app.ts';

type Part<Prefix extends string> = Pick<Handlers, Extract<keyof Handlers, `${Prefix}.${string}`>>;

/** The handler of each call of the contract. */
export const handlersOf = (app: App): Handlers => ({
  'app.state': () => app.state(),
  'clipboard.write': async ({ text }) => {
    await app.dialogs.copy(text);
    return null;
  },
  ...vaultHandlers(app),
  ...setupHandlers(app),
  ...trustHandlers(app),
  ...sessionHandlers(app),
  ...tokenHandlers(app),
  ...carryOverHandlers(app),
  ...keyHandlers(app),
  ...draftHandlers(app),
  ...batchHandlers(app),
  ...surveyHandlers(app),
  ...auditHandlers(app),
  ...reportHandlers(app),
  ...checkpointHandlers(app),
  ...verifyHandlers(app),
  'overview.get': async () =>
    overviewOf(app.desk.unlocked, await app.status(), app.work.unfinished(), app.settings.values),
  ...rollbackHandlers(app),
  ...settingsHandlers(app),
});

const vaultHandlers = ({ desk, dialogs, recent }: App): Part<'vault'> => ({
  'vault.recent': () => desk.recent(),
  'vault.choose': async () => {
    const folder = await dialogs.pickFolder(titles.openVault);
    return folder === null ? null : desk.openFolder(folder);
  },
  'vault.open': ({ id }) => desk.openFolder(desk.folderOf(id)),
  'vault.forget': async ({ id }) => {
    await recent.remove(desk.folderOf(id));
    return desk.recent();
  },
  'vault.close': () => desk.close(),
  'vault.reveal': () => {
    const screen = desk.screen();
    if (screen.screen !== 'first-run') dialogs.reveal(screen.vault.path);
    return null;
  },
});

const setupHandlers = ({ setup, dialogs }: App): Part<'setup'> => ({
  'setup.folder': () => setup.suggestFolder(),
  'setup.pickFolder': () => setup.pickFolder(),
  'setup.modules': () => setup.search.all(),
  'setup.pickModule': () => setup.search.pick(),
  'setup.readModule': (input) => setup.search.read(input),
  'setup.connect': (input) => setup.connect(input),
  'setup.saveProbe': () => saveProbe(setup.profile, dialogs),
  'setup.finish': (input) => setup.finish(input),
  'setup.cancel': async () => {
    await setup.cancel();
    return null;
  },
});

const trustHandlers = ({ trusting }: App): Part<'trust'> => ({
  'trust.question': () => trusting.question(),
  'trust.pickLibrary': () => trusting.pickLibrary(),
  'trust.answer': (answer) => trusting.answer(answer),
});

const sessionHandlers = (app: App): Part<'session'> => ({
  'session.unlock': ({ pin }) => unlock(app, pin),
  'session.lock': async () => {
    await app.desk.lock('user');
    return null;
  },
  'session.status': () => app.status(),
  'session.profile': () => storedProfile(app.desk.unlocked),
  'session.changePin': async ({ change }) => {
    const { session } = app.desk.unlocked;
    await session.ready();
    await changePin(session, change);
    return app.status();
  },
  'session.setWaitingDays': async ({ days }) => {
    await setWaitingPeriod(app.desk.unlocked.session, days);
    return app.status();
  },
  'session.flushKeys': async ({ id }) => {
    await app.desk.unlocked.session.engine.call('flushKeys', { id });
    return app.status();
  },
});

const unlock = async (app: App, pin: string | null, carryOver = false): Promise<Unlocked> => {
  const access = await app.desk.unlock(pin, carryOver);
  if (access.kind === 'locked' && access.unconfirmed !== null) return { kind: 'unsigned-tail' };
  // Refused where it was locked again meanwhile.
  const session = await app.status();
  return { kind: access.kind === 'read-only' ? 'read-only' : 'open', session };
};

const tokenHandlers = ({ desk, work }: App): Part<'token'> => ({
  'token.masters': () => mastersOfVault(desk.unlocked),
  'token.rotateMasters': (input) => {
    const open = desk.unlocked;
    return work.withoutBatch(() => rotateMastersOf(open, input));
  },
  'token.reconcile': () => compareToken(desk.unlocked),
  'token.remove': (input) => removeFromToken(desk.unlocked, input),
});

const carryOverHandlers = (app: App): Part<'carryOver'> => ({
  'carryOver.look': async () => {
    const open = await app.desk.settled();
    if (open === null) throw noVaultOpen();
    return unsignedTailOf(open);
  },
  'carryOver.confirm': ({ pin }) => unlock(app, pin, true),
});

const storedProfile = ({ vault, isEvaluation: evaluation }: OpenVault): Profile =>
  describeProfile(profileOf(bindingOf(vault.tables)), { evaluation, took: null, probed: null });

const keyHandlers = ({ desk }: App): Part<'keys'> => ({
  'keys.list': () => listKeys(desk.unlocked),
  'keys.options': () =>
    desk.unlocked.session.profile.pairs.map(({ custody, bulk, carried, reason }) => ({
      custody,
      bulk,
      carried,
      reason,
    })),
  'keys.change': (input) => changeKeyOf(desk.unlocked, input),
  'keys.create': (input) => makeKey(desk.unlocked, input),
  'keys.destroyPreview': ({ id, version }) => previewDestruction(desk.unlocked.vault, id, version),
  'keys.detail': (input) => keyDetail(desk.unlocked, input),
});

const draftHandlers = ({ desk, work, dialogs }: App): Part<'draft'> => ({
  'draft.get': () => work.draft.view(),
  'draft.pickFiles': async () => work.draft.add(await dialogs.pickFiles(titles.addFiles)),
  'draft.pickFolder': async () => {
    const folder = await dialogs.pickFolder(titles.addFolder);
    return folder === null ? work.draft.view() : work.draft.add([folder]);
  },
  'draft.remove': ({ ids }) => work.draft.remove(ids),
  'draft.addOlder': async ({ key }) => {
    const paths = await filesToRewrap(desk.unlocked.vault, key);
    const missing = await work.draft.addKnown(paths);
    return { draft: work.draft.view(), missing };
  },
  'draft.clear': () => work.draft.clear(),
});

const batchHandlers = ({ work, desk, dialogs }: App): Part<'batch'> & Part<'plan'> => ({
  'batch.pickOutput': async () => {
    const folder = await dialogs.pickFolder(titles.outputs);
    return folder === null ? null : work.giveOutput(folder);
  },
  'batch.plan': async (input) => viewOfPlan(await work.plan(input)),
  'plan.files': ({ id, ...page }) => plannedRows(work.planOf(id), page),
  'plan.leftOut': ({ id, ...which }) => leftOutRows(work.planOf(id), which),
  'batch.start': ({ plan }) => work.start(plan),
  'batch.current': () => work.current(),
  'batch.dismiss': ({ id }) => {
    work.dismiss(id);
    return null;
  },
  'batch.cancel': ({ id }) => {
    work.cancel(id);
    return null;
  },
  'batch.retry': ({ id }) => work.retry(id),
  'batch.receipts': (input) => work.receipts(input),
  'batch.known': ({ id }) => work.known(id),
  'batch.export': (input) => work.export(input),
  'batch.reveal': ({ id }) => {
    work.reveal(id);
    return null;
  },
  'batch.unfinished': () => work.unfinished(),
  'batch.resume': ({ id }) => work.resume(id),
  'batch.abandon': ({ id }) => work.abandon(id),
  'batch.recent': () => pastBatches(desk.unlocked),
});

const surveyHandlers = ({ surveys, work }: App): Part<'survey'> => ({
  'survey.pick': (input) => surveys.pick(input),
  'survey.run': (input) => surveys.run(input),
  'survey.cancel': () => {
    surveys.cancel();
    return null;
  },
  'survey.draft': ({ id }) => work.draft.add(surveys.pathsOf(id)),
});

const auditHandlers = ({ desk, audit }: App): Part<'audit'> => ({
  'audit.query': (input) => audit.query(desk.unlocked, input),
  'audit.record': ({ seq }) => recordOf(desk.unlocked, seq),
  'audit.actions': async () => [...(await (await desk.unlocked.vault.audit()).actions())],
  'audit.verify': () => verifyVault(desk.unlocked),
});

const rollbackHandlers = ({ desk, dialogs }: App): Part<'rollback'> => ({
  'rollback.export': async () => {
    const open = desk.unlocked;
    if (open.rollback === null) throw nothingToAccept();
    const folder = await dialogs.pickFolder(titles.evidence);
    return folder === null ? null : exportEvidence(open, open.rollback, folder);
  },
  'rollback.accept': async ({ pin, reason }) => ({ epoch: await desk.accept(pin, reason) }),
});

const reportHandlers = ({ reports }: App): Part<'reports'> => ({
  'reports.preview': (input) => reports.preview(input),
  'reports.export': (input) => reports.export(input),
  'reports.cancel': () => {
    reports.cancel();
    return null;
  },
  'reports.past': () => reports.past(),
  'reports.reveal': ({ id }) => {
    reports.reveal(id);
    return null;
  },
});

const checkpointHandlers = ({ checkpoints }: App): Part<'checkpoints'> => ({
  'checkpoints.current': () => checkpoints.current(),
  'checkpoints.write': () => checkpoints.write(),
  'checkpoints.compare': () => checkpoints.pickAndCompare(),
  'checkpoints.attach': () => checkpoints.attach(),
});

const verifyHandlers = ({ verifying }: App): Part<'verify'> => ({
  'verify.pick': () => verifying.pick(),
  'verify.against': ({ fingerprint }) => verifying.against(fingerprint),
  'verify.save': () => verifying.save(),
});

const settingsHandlers = (app: App): Part<'settings'> => ({
  'settings.set': (change) => app.changeSettings(change),
  'settings.pickOutputFolder': async () => {
    const folder = await app.dialogs.pickFolder(titles.outputs);
    return folder === null ? app.settingsView() : app.changeSettings({ outputFolder: folder });
  },
  'settings.clearOutputFolder': () => app.changeSettings({ outputFolder: null }),
});

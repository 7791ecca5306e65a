import type { Input, Output } from '../../../shared/contract.ts';
import { limits } from '../../../shared/limits.ts';
import { surveyRunning } from '../../../shared/messages/failures/desktop.ts';
import { dialogs as titles } from '../../../shared/messages/desktop.ts';
import type { Survey } from '../../../shared/survey.ts';
import { proving, survey, type SurveyOptions, surveyRecord } from '../../batch/index.ts';
import { type Dialogs, type Events, Handles } from '../common/index.ts';
import type { Desk, OpenVault } from '../vault/index.ts';
import { placeOf } from './plan.ts';

export interface SurveyParts {
  readonly desk: Desk;
  readonly events: Events;
  readonly dialogs: Dialogs;
}

interface Running {
  readonly stop: AbortController;
  readonly ended: Promise<unknown>;
}

/** Between two progress events, in milliseconds. */
const PROGRESS_MS = 100;

/** Counts which key versions the files of a folder need. One survey runs at a time. */
export class Surveys {
  readonly #parts: SurveyParts;
  readonly #chosen = new Handles<readonly string[]>('files');
  #running: Running | null = null;

  constructor(parts: SurveyParts) {
    this.#parts = parts;
  }

  async pick({ what }: Input<'survey.pick'>): Promise<Output<'survey.pick'>> {
    const { dialogs } = this.#parts;
    const paths =
      what === 'files'
        ? await dialogs.pickFiles(titles.surveyFiles)
        : [await dialogs.pickFolder(titles.surveyFolder)].filter((each) => each !== null);
    const [first] = paths;
    if (first === undefined) return null;
    return { id: this.#chosen.give(paths), first, others: paths.length - 1 };
  }

  pathsOf(id: string): readonly string[] {
    return this.#chosen.get(id);
  }

  async run({ id, prove }: Input<'survey.run'>): Promise<Output<'survey.run'>> {
    const open = this.#parts.desk.unlocked;
    const paths = this.pathsOf(id);
    if (this.#running !== null) throw surveyRunning();
    const stop = new AbortController();
    const work = this.#survey(open, paths, prove, stop.signal);
    this.#running = { stop, ended: work.catch(() => undefined) };
    try {
      return viewOf(await work);
    } finally {
      this.#running = null;
    }
  }

  cancel(): void {
    this.#running?.stop.abort();
  }

  async lock(): Promise<void> {
    this.cancel();
    await this.#running?.ended;
    this.#chosen.clear();
  }

  async #survey(
    { vault, session, folder }: OpenVault,
    paths: readonly string[],
    prove: boolean,
    signal: AbortSignal,
  ): Promise<Survey> {
    const options: Omit<SurveyOptions, 'prove'> = {
      keys: vault.tables.keys,
      vaultDir: folder,
      signal,
      onProgress: this.#progress(),
    };
    if (!prove) return survey(paths, { ...options, prove: null });
    const trying = await proving(session);
    const result = await survey(paths, { ...options, prove: trying.prove }).finally(trying.close);
    await vault.record([surveyRecord(paths, result)]);
    return result;
  }

  #progress(): (files: number) => void {
    let last = 0;
    return (files) => {
      if (performance.now() - last < PROGRESS_MS) return;
      last = performance.now();
      this.#parts.events.push('survey.progress', { files });
    };
  }
}

const viewOf = ({ versions, problems, unlisted, ...counts }: Survey): Output<'survey.run'> => ({
  ...counts,
  versions: versions.slice(0, limits.listLength),
  unlisted: unlisted + Math.max(0, versions.length - limits.listLength),
  problems: problems.map(({ file, reason }) => ({ ...placeOf(file), reason })),
});

import type { Input, Output } from '../../../shared/contract.ts';
import type { Preview } from '../../../shared/contract/reports.ts';
import { exportRunning, supersededCount } from '../../../shared/messages/failures/desktop.ts';
import { type ExportedReport, exportReport } from '../../reports/index.ts';
import type { Desk } from '../vault/index.ts';
import { type Dialogs, type Events, Handles } from '../common/index.ts';
import { fileNameOf } from './file-name.ts';
import { pastReports } from './past-reports.ts';
import { previewOf } from './preview.ts';

export interface ReportsParts {
  readonly desk: Desk;
  readonly events: Events;
  readonly dialogs: Dialogs;
}

interface RunningExport {
  readonly cancelling: AbortController;
  /** Whatever became of it. */
  readonly ended: Promise<void>;
}

/** Reports of the open vault: preview, export, past exports. */
export class Reports {
  readonly #parts: ReportsParts;
  readonly #files = new Handles<string>('report files');
  #question = 0;
  #exporting = false;
  #running: RunningExport | null = null;
  #looked = false;

  constructor(parts: ReportsParts) {
    this.#parts = parts;
  }

  /** @throws Failure 'cancelled' if a newer request came before the answer */
  preview(request: Input<'reports.preview'>): Promise<Preview> {
    const question = ++this.#question;
    return previewOf(this.#parts.desk.unlocked.vault, request, () => {
      if (question !== this.#question) throw supersededCount();
    });
  }

  async export(request: Input<'reports.export'>): Promise<Output<'reports.export'>> {
    if (this.#exporting) throw exportRunning();
    this.#exporting = true;
    try {
      const name = fileNameOf(request.kind, request.filter, new Date());
      const chosen = await this.#parts.dialogs.pickSave(name);
      if (chosen === null) return null;
      // The JSON file must end in .json, because the other files are named after it.
      const file = chosen.toLowerCase().endsWith('.json') ? chosen : `${chosen}.json`;
      return this.#viewOf(await this.#run(request, file));
    } finally {
      this.#exporting = false;
    }
  }

  /** Cancels the running export, if any; it leaves no file behind. */
  cancel(): void {
    this.#running?.cancelling.abort();
  }

  /** Nothing is signed while a vault is being locked. Resolves when the export has ended. */
  async lock(): Promise<void> {
    this.cancel();
    await this.#running?.ended;
  }

  async past(): Promise<Output<'reports.past'>> {
    const { vault } = this.#parts.desk.unlocked;
    const past = await pastReports(vault, this.#files);
    if (!this.#looked) {
      this.#looked = true;
      const details = { action: 'report.export', found: past.total };
      await vault.recordLook({ action: 'audit.view', subject: {}, outcome: 'ok', details });
    }
    return past;
  }

  reveal(id: string): void {
    this.#parts.dialogs.reveal(this.#files.get(id));
  }

  /** Forgets all IDs given to the window; the next view is recorded again. */
  forget(): void {
    this.#files.clear();
    this.#question += 1;
    this.#looked = false;
  }

  async #run(request: Input<'reports.export'>, file: string): Promise<ExportedReport> {
    const { desk, events } = this.#parts;
    const cancelling = new AbortController();
    const exporting = exportReport(desk.unlocked.session, {
      ...request,
      file,
      signal: cancelling.signal,
      onStep: (step) => events.push('reports.step', step),
    });
    const ended = exporting.then(nothing, nothing);
    this.#running = { cancelling, ended };
    try {
      return await exporting;
    } finally {
      this.#running = null;
    }
  }

  #viewOf({ report, files }: ExportedReport): Output<'reports.export'> {
    const { statement, evidence, checkpoints, key } = report;
    return {
      record: evidence.export.seq,
      counts: statement.counts,
      range: statement.range,
      size: checkpoints.closing.size,
      fingerprint: key.fingerprint,
      files: files.map(({ file, ...rest }) => ({
        ...rest,
        path: file,
        id: this.#files.give(file),
      })),
    };
  }
}

const nothing = (): void => undefined;

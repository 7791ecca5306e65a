import type { GroupOf } from '../api.ts';
import { failedFile } from './failed-file.ts';
import type { FileJob, FileResult, VerifyJob, WritingJob } from './jobs.ts';
import type { FolderPlace } from './open-folder.ts';
import { OpenFolders } from './open-folders.ts';

/**
 * Runs `work` on jobs whose paths lead through folders that are held open: nobody can exchange
 * those meanwhile. Files whose folders cannot be opened, or are not the planned ones, fail.
 */
export const inFolders = async <Job extends FileJob>(
  { files, folders }: Pick<GroupOf<Job>, 'files' | 'folders'>,
  through: (job: Job, open: OpenFolders) => Promise<Job>,
  work: (jobs: readonly Job[]) => Promise<FileResult[]>,
): Promise<FileResult[]> => {
  const places = new Map(folders.map((place) => [place.path, place]));
  const placeOf = (path: string): FolderPlace => {
    const place = places.get(path);
    if (place === undefined) throw new Error('the folder of a file is not among those of its call');
    return place;
  };
  return OpenFolders.during(placeOf, async (open) => {
    const failed: FileResult[] = [];
    const jobs: Job[] = [];
    for (const job of files) {
      try {
        jobs.push(await through(job, open));
      } catch (error) {
        failed.push(failedFile(job, error));
      }
    }
    return jobs.length === 0 ? failed : [...failed, ...(await work(jobs))];
  });
};

export const writingIn = async (job: WritingJob, open: OpenFolders): Promise<WritingJob> => ({
  ...job,
  input: await open.at(job.input),
  part: await open.at(job.part),
});

export const readingIn = async (job: FileJob, open: OpenFolders): Promise<FileJob> => ({
  ...job,
  input: await open.at(job.input),
});

export const verifyingIn = async (job: VerifyJob, open: OpenFolders): Promise<VerifyJob> => ({
  ...job,
  input: await open.at(job.input),
  original: job.original === null ? null : await open.at(job.original),
});

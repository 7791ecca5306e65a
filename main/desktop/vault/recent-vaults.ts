import * as v from 'valibot';
import { utcTimeSchema } from '../../../shared/time.ts';
import { vaultListNotSaved } from '../../../shared/messages/failures/disk.ts';
import { isVaultFolder } from '../../store/index.ts';
import { orFailure } from '../../system/index.ts';
import { JsonFile } from '../common/index.ts';

const schema = v.strictObject({
  vaults: v.array(v.strictObject({ path: v.string(), opened: utcTimeSchema })),
});
type Recent = v.InferOutput<typeof schema>['vaults'][number];

const MOST = 10;

/** Recently opened vault folders, newest first. */
export class RecentVaults {
  readonly #file: JsonFile<typeof schema>;
  #vaults: readonly Recent[];

  private constructor(file: JsonFile<typeof schema>, vaults: readonly Recent[]) {
    this.#file = file;
    this.#vaults = vaults;
  }

  static async open(file: string): Promise<RecentVaults> {
    const json = new JsonFile(file, schema, { vaults: [] });
    return new RecentVaults(json, (await json.read()).vaults);
  }

  list(): readonly (Recent & { readonly present: boolean })[] {
    return this.#vaults.map((each) => ({ ...each, present: isVaultFolder(each.path) }));
  }

  /**
   * If the list cannot be written, vaults can still be opened; it is then kept until the program
   * ends.
   */
  async add(folder: string): Promise<void> {
    const others = this.#vaults.filter((each) => each.path !== folder);
    this.#vaults = [{ path: folder, opened: new Date().toISOString() }, ...others].slice(0, MOST);
    await this.#write(this.#vaults).catch(() => undefined);
  }

  /** @throws Failure with the error of the disk */
  async remove(folder: string): Promise<void> {
    const others = this.#vaults.filter((each) => each.path !== folder);
    await orFailure(vaultListNotSaved, this.#write(others));
    this.#vaults = others;
  }

  #write(vaults: readonly Recent[]): Promise<void> {
    return this.#file.write({ vaults: [...vaults] });
  }
}

export interface Runtime {
  readonly executable: string;
  readonly folder: string;
  readonly official: boolean;
}
export interface RuntimeOptions {
  readonly say?: (line: string) => void;
  readonly mayFetch?: boolean;
  readonly root?: string;
  readonly patienceMs?: number;
}
export const resolveRuntime: (options?: RuntimeOptions) => Promise<Runtime>;

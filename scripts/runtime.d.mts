export interface Runtime {
  readonly executable: string;
  readonly folder: string;
  readonly official: boolean;
}
export const resolveRuntime: (say?: (line: string) => void) => Promise<Runtime>;

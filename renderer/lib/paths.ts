/** The name of a file or folder, from whichever system its path is. */
export const lastPart = (path: string): string => path.split(/[/\\]/).at(-1) ?? path;

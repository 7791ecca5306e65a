/** The last two folders and the name, parted by " / ": enough to know a file again. */
export const shortPath = (folder: string, name: string): string =>
  [...folder.split(/[/\\]/).filter(Boolean).slice(-2), name].join(' / ');

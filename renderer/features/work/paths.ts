const DEPTH = 3;

/** The last folders of a path, parted by " / ": enough to know it again. */
export const shortFolder = (folder: string, depth = DEPTH): string =>
  folder.split(/[/\\]/).filter(Boolean).slice(-depth).join(' / ');

export const shortPath = (folder: string, name: string): string =>
  `${shortFolder(folder, DEPTH - 1)} / ${name}`;

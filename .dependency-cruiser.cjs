/*
 * The inner borders of main/ (docs/architecture.md, "Borders"): imports go down these lists only,
 * and into another folder only by its index.ts. Tests may look anywhere.
 */

/** From the composition roots down. */
const layers = [
  'desktop',
  'cli',
  'keys',
  'batch',
  'reports',
  'session',
  'trust',
  'vault',
  'audit',
  'ledger',
  'keystore',
  'store',
  'engine',
  'certificates',
  'pki',
  'sqlite',
  'thread',
  'rpc',
  'json',
  'system',
];

/** The pages of the window; those on one line do not import each other. */
const places = [
  ['shell'],
  ['app'],
  ['overview'],
  ['audit', 'keys', 'reports', 'setup', 'work'],
  ['vault'],
  ['settings'],
  ['ipc', 'common'],
];

const tests = '\\.test\\.ts$|/testing/';

/** What is not part of the vault: the user's cache, and the folders and token made for a new vault. */
const besideTheVault = [
  '^main/audit/index-cache\\.ts$',
  '^main/session/(?:create-vault|new-folder)\\.ts$',
];

const above = (parent, lists) =>
  lists.flatMap((folders, index) => {
    const upper = lists.slice(0, index).flat();
    return folders.map((folder) => ({
      name: `${folder}-imports-downward`,
      severity: 'error',
      from: { path: `^${parent}/${folder}/`, pathNot: tests },
      to: {
        path: `^${parent}/(?:${[...upper, ...folders].filter((each) => each !== folder).join('|')})/`,
      },
    }));
  });

module.exports = {
  forbidden: [
    ...above(
      'main',
      layers.map((folder) => [folder]),
    ).slice(1),
    ...above('main/desktop', places),
    {
      name: 'known-folder',
      comment: 'A new folder of main/ needs its place in the list.',
      severity: 'error',
      from: { path: '^main/[^/]+/', pathNot: [tests, `^main/(?:${layers.join('|')})/`] },
      to: {},
    },
    {
      name: 'by-the-door',
      severity: 'error',
      from: { path: '^main/([^/]+)/', pathNot: [tests, '^main/desktop/'] },
      to: { path: '^main/[^/]+/', pathNot: ['^main/$1/', '^main/[^/]+/index\\.ts$'] },
    },
    {
      name: 'by-the-door-of-a-place',
      severity: 'error',
      from: { path: '^main/desktop/([^/]+)/', pathNot: tests },
      to: {
        path: '^main/',
        pathNot: [
          '^main/desktop/$1/',
          '^main/[^/]+/index\\.ts$',
          '^main/desktop/[^/]+/index\\.ts$',
        ],
      },
    },
    {
      name: 'roots-by-the-door',
      severity: 'error',
      from: { path: '^main/[^/]+\\.ts$' },
      to: { path: '^main/.+/', pathNot: '/index\\.ts$' },
    },
    {
      name: 'own-door-is-for-others',
      comment: 'A folder that imports its own index.ts goes round in a circle.',
      severity: 'error',
      from: { path: '^(main/(?:desktop/)?[^/]+)/.+', pathNot: ['/index\\.ts$', tests] },
      to: { path: '^$1/index\\.ts$' },
    },
    {
      name: 'files-behind-the-store',
      comment: 'What makes up a vault is read and written through main/store alone.',
      severity: 'error',
      from: {
        path: '^main/(?:keys|session|vault|audit|ledger|keystore)/',
        pathNot: [tests, ...besideTheVault],
      },
      to: { path: '^(?:node:)?fs(?:/promises)?$' },
    },
    {
      name: 'no-circle',
      severity: 'error',
      from: { path: '^(?:main|shared)/' },
      to: { circular: true },
    },
  ],
  options: {
    includeOnly: '^(?:main|shared)/|^(?:node:)?fs(?:/promises)?$',
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts'] },
  },
};

export const trust = {
  parameters: {
    label: {
      needed: 'Initialisation string of the library',
      optional: 'Initialisation string of the library, if it wants one',
    },
    hint: {
      needed:
        "For NSS: which database it opens, as configdir='sql:/home/anna/nssdb' certPrefix='' keyPrefix=''. It is remembered with the library.",
      optional: 'See its vendor’s manual. It is remembered with the library.',
    },
    none: 'This library needs its initialisation string.',
  },
  unknown: {
    title: 'This computer does not know this vault yet',
    lead: 'The library that leads to its token gets your PIN. The folder could name any, so choose it yourself; none has been loaded.',
    fingerprint: 'Fingerprint of the vault’s key',
    noFingerprint: 'None: its ledger is unsigned.',
    compare: 'Compare it with one that somebody who uses this vault gave you.',
    library: 'PKCS#11 library of its token',
    none: 'No PKCS#11 library was found in the usual places. Install your token vendor’s software, or choose its library.',
    other: 'Other library…',
    token: (label: string, serial: string) =>
      `The folder says that the token is ${label}, serial number ${serial}.`,
    confirm: 'The fingerprint matches the one that I was given',
    confirmNote: 'From now on this computer knows the vault by it, and refuses any other.',
    notConfirmed: 'Compare the fingerprint first.',
    notChosen: 'Choose the library first.',
    go: 'Trust this vault',
  },
  changed: {
    title: 'The token’s PKCS#11 library has changed',
    lead: 'It is in a folder that not only an administrator can write to. It was not loaded and got no PIN.',
    library: 'Library',
    before: 'Trusted until now',
    now: 'As it is now',
    ask: 'If the token’s software was updated, that is expected. If not, find out who changed it before you continue.',
    go: 'Trust the library as it is now',
  },
  other: {
    title: 'This is not the vault that this computer knows',
    known: 'Key of the known vault',
    here: 'Key that this folder names',
    noKey: 'None',
    nextTitle: 'What to do',
    next: [
      'Open the folder of the vault that you know, or its newest copy.',
      'If this folder should be that vault: somebody has put another ledger into it. Keep it as it is, and find out who could write there.',
      'Do not enter the PIN for this folder anywhere.',
    ],
  },
  damaged: {
    title: 'This computer’s record of this vault is not reliable',
    nextTitle: 'What to do',
    next: [
      'Find out who changed the file or the folder named above: only you should be able to write there.',
      'Then delete the file, and open the vault again: it is met like a new one.',
      'Compare the fingerprint of its key with one that was saved elsewhere before you trust it.',
    ],
  },
  working: 'Looking for the token',
  notRemembered: 'Known until the program is closed',
} as const;

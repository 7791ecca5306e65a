import type { KeyRow } from '../../shared/contract/keys.ts';
import type { Module, Profile } from '../../shared/contract/token.ts';
import { custodyPairs, presets, type KeyState } from '../../shared/keys.ts';
import type { ProtectionId } from '../lib/presets.ts';

/** 32 hex digits that belong to a text, always the same. */
export const hex = (text: string): string => {
  let digits = '';
  let state = 2166136261;
  for (let round = 0; digits.length < 32; round += 1) {
    for (const char of `${text}${round}`)
      state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 16777619) >>> 0;
    digits += state.toString(16).padStart(8, '0');
  }
  return digits.slice(0, 32);
};

const rows: readonly (readonly [string, KeyState, ProtectionId, number, number | null])[] = [
  ['Customer statements', 'active', 'fast', 7, 3],
  ['Contracts 2026', 'active', 'maximum', 3, 4],
  ['Payroll 2026', 'active', 'balanced', 2, 170],
  ['Claims intake', 'active', 'fast', 12, 260],
  ['Board papers', 'active', 'maximum', 1, 3000],
  ['Lab results', 'active', 'balanced', 3, 4500],
  ['Legal hold 2024', 'active', 'balanced', 2, 12_000],
  ['Vendor exchange', 'compromised', 'balanced', 5, 16_000],
  ['Recovery 2026', 'active', 'resident', 1, 26_000],
  ['Site plans', 'suspended', 'fast', 4, 31_000],
  ['Payroll 2023', 'deactivated', 'balanced', 3, 360_000],
  ['Payroll 2019', 'destroyed', 'balanced', 2, 420_000],
  ['Contracts 2025', 'deactivated', 'maximum', 4, 460_000],
  ['Tender 2027', 'pre-activation', 'maximum', 1, null],
];

const minutesAgo = (minutes: number): string =>
  new Date(Date.now() - minutes * 60_000).toISOString();

export const demoKeys: readonly KeyRow[] = rows.map(([name, state, protection, version, used]) => {
  const preset = protection === 'resident' ? undefined : presets[protection];
  return {
    id: hex(name) as KeyRow['id'],
    name,
    custody: preset?.custody ?? 'resident',
    bulk: preset?.bulk ?? 'host',
    state,
    version,
    kcv: protection === 'resident' ? null : hex(`${name} kcv`).slice(0, 6),
    created: minutesAgo(470_000),
    files: used === null ? 0 : 14_310,
    lastUsed: used === null ? null : minutesAgo(used),
  };
});

export const pairs = custodyPairs.map((pair) => ({ ...pair, carried: true, reason: '' }));

const token = {
  manufacturer: 'Halden',
  model: 'NT-700',
  firmware: '7.4.2',
  pinPad: false,
  pinState: 'ok',
  pinLength: { min: 4, max: 32 },
  initialised: true,
  writeProtected: false,
} as const;

export const demoModules: Module[] = [
  {
    id: hex('module'),
    product: 'Halden NT',
    path: '/usr/lib/libhnt-pkcs11.so',
    description: 'Halden PKCS#11',
    manufacturer: 'Halden',
    version: '4.11.0',
    failure: null,
    tokens: [
      { ...token, id: hex('t1'), label: 'hsm-prod-2', serial: '5B02C41977' },
      { ...token, id: hex('t2'), label: 'hsm-prod-1', serial: '5B02C41A03' },
      { ...token, id: hex('t3'), label: '', serial: '', initialised: false },
    ],
  },
  {
    id: hex('module2'),
    product: 'OpenSC',
    path: '/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so',
    description: 'OpenSC',
    manufacturer: 'OpenSC',
    version: '0.23',
    failure: null,
    tokens: [],
  },
];

export const demoProfile: Profile = {
  token: { label: 'hsm-prod-2', serial: '5B02C41977', model: 'NT-700', manufacturer: 'Halden' },
  library: {
    path: '/usr/lib/libhnt-pkcs11.so',
    version: '4.11.0',
    sha256: `${hex('lib')}${hex('lib2')}`,
  },
  evaluationOnly: false,
  pairs,
  hardRequirements: [
    'A key that must not leave cannot be wrapped out',
    'A copy or a change cannot add a usage',
    'A usage that is switched off is refused',
    'Two keys with one id both survive',
  ].map((words, index) => ({ name: String(index), met: true, words })),
  workarounds: ['Wrong key and bad tag give one error code; the file’s seal tells them apart.'],
  findings: Array.from({ length: 23 }, (_, index) => ({
    check: `check-${index}`,
    expected: 'refused',
    seen: index === 7 ? 'CKR_GENERAL_ERROR' : 'refused',
    ok: index !== 7,
  })),
  segmentSize: 262_144,
  maxSessions: 32,
  workers: 4,
  anchor: 'data-object',
  signs: 'ed25519',
  pinPad: false,
  took: 4200,
  probed: minutesAgo(500),
};

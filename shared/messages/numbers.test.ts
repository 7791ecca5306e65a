import { expect, it } from 'vitest';
import { notEnoughSpace } from './failures/batch.ts';
import { segmentDamaged } from './failures/encrypted-files.ts';
import { recordsUnsigned } from './failures/vault.ts';
import { changes, endsEarly } from './ledger/verification.ts';
import { recordsMissing } from './ledger/rollback.ts';
import { counts, form } from './reports/verification.ts';
import { workarounds } from './token/profile.ts';

it.each([
  [endsEarly(64_964, 70_001), 'after 64,964 records, but 70,001 were signed'],
  [changes.edited(64_964), 'Record 64,964 was changed'],
  [recordsMissing(64_964, 70_001, 'in the token'), 'after 64,964 records, but 70,001 were signed'],
  [form.byte(123_456, 64_964), 'byte 123,456, in record 64,964,'],
  [
    counts.filtered(1_000, 64_964, 63_964),
    '1,000 of 64,964 records of the range; 63,964 were left',
  ],
  [segmentDamaged(10_000, 20_000).message, 'Segment 10,000 of 20,000'],
  [recordsUnsigned(64_964, 70_001).message, 'Records 64,964 to 70,001'],
  [notEnoughSpace('/out', 64_964_000, 4_096).message, 'up to 65 MB, 4.1 kB are free'],
  [workarounds.smallSegments(65_536), 'segments of 65,536 bytes'],
])('a number is shown with separators: %s', (told, wanted) => {
  expect(told).toContain(wanted);
});

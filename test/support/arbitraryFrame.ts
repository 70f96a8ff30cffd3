import fc from 'fast-check';
import type { Address, Frame } from '../../shared/envelope.ts';
import { ID_PATTERN } from '../../shared/legalId.ts';

export const anyId: fc.Arbitrary<Address> = fc.stringMatching(new RegExp(ID_PATTERN)) as fc.Arbitrary<Address>;

export const anyAddress: fc.Arbitrary<Address> = fc.oneof(
  { weight: 9, arbitrary: anyId },
  fc.constant('@relay' as const),
);

/** JSON values as they come back from the wire: -0 is written as 0. */
export const anyJson: fc.Arbitrary<unknown> = fc
  .jsonValue()
  .map((value) => JSON.parse(JSON.stringify(value)) as unknown);

export const anyFrame: fc.Arbitrary<Frame> = fc.record(
  {
    type: fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{0,63}$/),
    from: anyAddress,
    to: anyAddress,
    id: fc.maxSafeNat(),
    body: anyJson,
  },
  { noNullPrototype: true },
);

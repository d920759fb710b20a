// Compiled, never run: `leakguard/test` as a user's code meets it.

import { LeakError, assertNoLeak, expectCollected, matchers, skipLeakTest } from 'leakguard/test';
import type { KnownLeak, LeakTestResult } from 'leakguard/test';

async function assertions(): Promise<void> {
  const result: LeakTestResult = await assertNoLeak(async (call) => call + 1, {
    iterations: 100,
    classes: { Foo: (n, { added, perIteration }) => n === 0 && added + perIteration === 0 },
    filter: ({ className, growsAt }) => className !== 'Foo' && growsAt.kind === 'array',
    keep: true,
  });
  const files: string[] = result.files;
  await expectCollected((track) => [track(new Map()), new Set()], { timeout: 100 });
  await expectCollected(new WeakRef({}));
  await skipLeakTest('since 2.0', () => {}, { rounds: 3 });

  // @ts-expect-error not a function
  await assertNoLeak(5);
  // @ts-expect-error a skip has a reason
  await skipLeakTest();
  // @ts-expect-error a known leak has a reason
  const known: KnownLeak = { fingerprint: 'f' };
  console.log(files, known);
}

declare const error: LeakError;
const code: 'LG_LEAK' | 'LG_NOT_COLLECTED' = error.code;
const hop: string | undefined = error.kept[0]?.paths[0]?.[0]?.edge;
const match: Promise<{ pass: boolean }> = matchers.toNotLeak(() => {});

declare const jestMatchers: jest.Matchers<void>;
const extended: Promise<void> = jestMatchers.toNotLeak({ tolerance: 1 });
declare const chaiAssertion: Chai.Assertion;
const plugged: Promise<void> = chaiAssertion.leak();

export { assertions, code, extended, hop, match, plugged };

// `leakguard/test/jest`: the matchers on Jest's expect, as @types/jest and @jest/globals declare it.

import type { CollectedOptions, LeakTestOptions } from './test';

declare global {
  namespace jest {
    // The type parameters must be those of the declaration that this one extends.
    // eslint-disable-next-line @typescript-eslint/no-unused-vars
    interface Matchers<R, T = {}> {
      /** `await expect(fn).toNotLeak()` */
      toNotLeak(options?: LeakTestOptions): Promise<void>;
      /** `await expect(() => makeThing()).toBeCollected()` */
      toBeCollected(options?: CollectedOptions): Promise<void>;
    }
  }
}

// `leakguard/test/vitest`: the matchers on Vitest's expect.

import type { CollectedOptions, LeakTestOptions } from './test';

declare module 'vitest' {
  // The type parameter must be that of the declaration that this one extends.
  interface Assertion<T = any> {
    /** `await expect(fn).toNotLeak()` */
    toNotLeak(options?: LeakTestOptions): Promise<void>;
    /** `await expect(() => makeThing()).toBeCollected()` */
    toBeCollected(options?: CollectedOptions): Promise<void>;
  }
}

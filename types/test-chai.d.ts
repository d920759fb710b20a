// `leakguard/test/chai`: a plugin for Chai.

import type { CollectedOptions, LeakTestOptions } from './test';

declare global {
  namespace Chai {
    interface Assertion {
      /** `await expect(fn).to.not.leak()` */
      leak(options?: LeakTestOptions): Promise<void>;
      /** `await expect(() => makeThing()).to.be.collected()` */
      collected(options?: CollectedOptions): Promise<void>;
    }
  }
}

declare const plugin: (chai: any, utils: any) => void;
export = plugin;

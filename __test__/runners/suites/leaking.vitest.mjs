import { expect, test } from 'vitest';

import { few, leaking, kept } from './subject.js';

test('leaking function', { timeout: 240_000 }, () => expect(leaking).toNotLeak(few));
test('kept object', { timeout: 240_000 }, () => expect(kept).toBeCollected());

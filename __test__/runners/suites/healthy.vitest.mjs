import { expect, test, vi } from 'vitest';

import { few, healthy, free } from './subject.js';

// The clock of the test stands still; that of the assertions must not.
vi.useFakeTimers();

test('healthy function', { timeout: 240_000 }, () => expect(healthy).toNotLeak(few));
test('free object', { timeout: 240_000 }, () => expect(free).toBeCollected());

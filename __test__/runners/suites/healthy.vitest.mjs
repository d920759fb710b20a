import { expect, test } from 'vitest';

import { few, healthy, free } from './subject.js';

test('healthy function', { timeout: 120_000 }, () => expect(healthy).toNotLeak(few));
test('free object', { timeout: 120_000 }, () => expect(free).toBeCollected());

import { expect, test } from 'vitest';

import { few, healthy, free } from './subject.js';

test('healthy function', { timeout: 240_000 }, () => expect(healthy).toNotLeak(few));
test('free object', { timeout: 240_000 }, () => expect(free).toBeCollected());

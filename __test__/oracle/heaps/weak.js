'use strict';

// Weak collections: ephemerons whose value is alive only through key and table together, chains of them, keys
// and values that refer to each other, keys in several tables, WeakRef, WeakSet, FinalizationRegistry.

const { capture, kept } = require('./capture.js');

class Key { constructor(n) { this.n = n; } }
class Value { constructor(n) { this.payload = new Array(20).fill(n); } }

const table = new WeakMap();
const second = new WeakMap();
const set = new WeakSet();
const registry = new FinalizationRegistry(() => {});
kept.push(table, second, set, registry);

function chain(length) {
  const first = new Key(0);
  let key = first;
  for (let n = 1; n <= length; n++) {
    const next = new Key(n);
    table.set(key, { next, value: new Value(n) });
    key = next;
  }
  return first;
}

function work(rounds) {
  for (let n = 0; n < rounds; n++) {
    const key = new Key(n);
    const value = new Value(n);
    table.set(key, value);
    second.set(key, n % 2 ? value : { key, value });
    set.add(key);
    registry.register(key, { held: n }, value);
    kept.push(key);
    if (n % 3 === 0) kept.push(new WeakRef(value));
    if (n % 4 === 0) kept.push(value);
    if (n % 20 === 0) kept.push(chain(10));
    // A table that is itself a key, and a value that owns its own table.
    const inner = new WeakMap([[key, value]]);
    table.set(inner, { inner, key });
    if (n % 5 === 0) kept.push(inner);
    // Functions, arrays and boxed keys; a key that lives only as another entry's value.
    const f = () => n;
    second.set(f, [n, key]);
    table.set(value, f);
    // Left to the collector.
    table.set(new Key(-n), new Value(-n));
  }
}

work(200);
capture('a');
work(300);
kept.splice(10, 200);
capture('b');

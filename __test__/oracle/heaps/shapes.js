'use strict';

// Classes and shapes: equal class names at different places, plain objects of many shapes (long, quoted, nested
// subsets, rare ones), dictionaries, accessors, proxies, odd prototypes, all kinds of collections and arrays.

const { capture, kept } = require('./capture.js');

const sameName = [class Item { a = 1; }, class Item { b = 2; }, function Item() { this.c = 3; }];
class Base { constructor(n) { this.n = n; } get double() { return this.n * 2; } }
class Derived extends Base { constructor(n) { super(n); this.extra = [n]; } static registry = new Map(); }
const Anonymous = [class { x = 1; }][0];

const wide = (n) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`property${i}`, i]));
const shuffled = [['a', 'b', 'c'], ['c', 'b', 'a'], ['b', 'c'], ['a', 'b', 'c', 'd'], ['d'], ['a']];
const odd = ['with space', "it's", 'a,b', '{brace}', '"quote"', '', '0', 'constructor', 'ünï', '__proto__'];

function plain(n) {
  const order = shuffled[n % shuffled.length];
  const object = {};
  for (const name of order) object[name] = { [`leaf${n % 50}`]: name };
  if (n % 7 === 0) object[odd[n % odd.length]] = n;
  return object;
}

function collections(n) {
  return [
    new Map([[n, { n }], [{ n }, n]]), new Set([n, `set ${n}`]), [n, , n], new Array(100), [1.5, 2.5, n + 0.5],
    [{}, n, 'x'], Object.assign([1, 2], { named: n }), new Date(n), /re(g)ex/g, new Error(`error ${n}`), Symbol(n),
    BigInt(n), Object(1), Object(true), [n].entries(), new Map().keys(), 'text'.matchAll(/t/g), new Intl.Collator(),
    new Proxy({ n }, {}), Proxy.revocable([], {}).proxy, globalThis.structuredClone({ n }), new URL('http://a/b?c'),
    new AbortController(), new EventTarget(), arguments, Object.create(null), Object.create({ inherited: n }),
    Object.create(null, { hidden: { value: n, enumerable: false } }), Object.freeze({ frozen: n }),
    { get computed() { return n; }, set computed(value) {} }, { async method() {}, *steps() {} },
  ];
}

function work(rounds) {
  for (let n = 0; n < rounds; n++) {
    kept.push(new sameName[n % 3](), new Base(n), new Derived(n), new Anonymous(), plain(n), collections(n));
    if (n % 10 === 0) kept.push(wide(5 + (n % 60)));
    const dictionary = wide(40);
    delete dictionary.property3;
    dictionary[`only ${n}`] = n;
    kept.push(dictionary);
    const numeric = {};
    for (let i = 0; i < 5; i++) numeric[i * (n + 1)] = { i };
    kept.push(numeric);
    Derived.registry.set(n, kept[kept.length - 1]);
    const fields = {};
    fields[`rare${n}`] = n;
    fields[`alsoRare${n % 90}`] = n;
    kept.push(fields);
  }
}

work(150);
capture('a');
work(250);
kept.splice(100, 500);
capture('b');

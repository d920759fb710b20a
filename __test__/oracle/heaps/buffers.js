'use strict';

// Bytes and text: buffers and views of one store, shared and resizable ones, and every representation of a
// string: flat, concatenated, sliced, external, two-byte, lone surrogates, duplicates, longer than V8 writes out.

const fs = require('node:fs');
const { capture, kept } = require('./capture.js');

function bytes(n) {
  const store = new ArrayBuffer(1 << 16);
  const buffer = Buffer.alloc(1 << 18, n);
  return [
    new Uint8Array(store), new Float64Array(store, 64, 100), new DataView(store, 8),
    buffer, buffer.subarray(10, 100), Buffer.from(`pooled ${n}`), Buffer.allocUnsafeSlow(1000),
    new SharedArrayBuffer(4096), new BigUint64Array(33),
    Reflect.construct(ArrayBuffer, [16, { maxByteLength: 4096 }]),
    new Uint8Array(3), // stored on the heap
  ];
}

function text(n) {
  let deep = `leaf ${n}`;
  for (let i = 0; i < 200; i++) deep = i % 2 ? `${deep}<${n}` : n + deep;
  const flat = `sliced from this text, number ${n}, which is long enough to be sliced at all`;
  return [
    deep, deep + deep, flat, flat.slice(5, 40), flat.slice(20),
    `två-byte ${n} \u4f60\u597d`, '\ud800', `lone \udfff ${n}`, '\u{1F600}'.repeat(n % 10),
    'x'.repeat(3000) + n, `"quoted" \\ / \b\f\n\r\t\u0000 \u2028 ${n}`,
    `duplicate ${n % 10}`.split('').join(''), '', String(n), 'a'.repeat(n % 30).toUpperCase(),
    fs.readFileSync(__filename, 'latin1'), fs.readFileSync(__filename, 'utf16le'),
    new String(`boxed ${n}`), Symbol(`symbol ${n}`), Symbol.for(`registered ${n % 5}`), 2n ** BigInt(n),
    { [`key ${n}, with 'quotes' and {braces}`]: n, ['\ud83d']: n },
  ];
}

function work(rounds) {
  for (let n = 0; n < rounds; n++) kept.push(bytes(n), text(n));
}

work(40);
capture('a');
work(60);
kept.splice(0, 30);
capture('b');

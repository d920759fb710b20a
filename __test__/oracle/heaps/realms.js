'use strict';

// Several native contexts: vm contexts with their own globals and intrinsics, objects shared between them,
// scripts and modules, compiled functions, WebAssembly.

const vm = require('node:vm');
const { capture, kept } = require('./capture.js');

const source = `
  class Account { constructor(n) { this.n = n; this.log = []; } }
  var accounts = Array.from({ length: 40 }, (_, n) => new Account(n));
  var byNumber = new Map(accounts.map((a) => [a.n, a]));
  function total() { return accounts.reduce((sum, a) => sum + a.n, 0); }
  ({ accounts, total, shared })`;
const script = new vm.Script(source, { filename: 'account.js' });

/** (module (memory 1) (func (export "f") (result i32) i32.const 42)) */
const wasm = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 127, 3, 2, 1, 0, 5, 3, 1, 0, 1, 7, 5, 1, 1, 102, 0, 0, 10, 6, 1, 4, 0,
  65, 42, 11,
]);

function work(rounds) {
  const shared = { seenBy: [] };
  for (let n = 0; n < rounds; n++) {
    const context = vm.createContext({ console, shared, n });
    const result = script.runInContext(context);
    shared.seenBy.push(result.accounts[0]);
    kept.push(n % 2 ? context : result.total);
    kept.push(vm.compileFunction('return a + b', ['a', 'b'], { parsingContext: context }));
    kept.push(new WebAssembly.Instance(new WebAssembly.Module(wasm)));
  }
}

work(4);
capture('a');
work(4);
kept.splice(0, 3);
capture('b');

'use strict';
// The same code; the reference is let go at the end of the call, so the shared context holds nothing.
const http = require('node:http');

let theThing = null;

function replaceThing() {
  let originalThing = theThing;
  const unused = function unused() {
    if (originalThing) console.log('hi');
  };
  theThing = {
    longStr: Array(1000).join('*'),
    someMethod: function someMethod() {
      return 'some message';
    },
  };
  originalThing = null;
  return unused;
}

http
  .createServer((req, res) => {
    replaceThing();
    res.end(theThing.someMethod());
  })
  .listen(Number(process.env.PORT) || 3000, '127.0.0.1');

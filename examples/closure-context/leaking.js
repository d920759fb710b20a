'use strict';
// Two closures born in one call share one context. `unused` mentions `originalThing`, so the context holds
// it; `someMethod` lives on and holds the context: each thing keeps the one before it alive.
const http = require('node:http');

let theThing = null;

function replaceThing() {
  const originalThing = theThing;
  const unused = function unused() {
    if (originalThing) console.log('hi');
  };
  theThing = {
    longStr: Array(1000).join('*'),
    someMethod: function someMethod() {
      return 'some message';
    },
  };
  return unused;
}

http
  .createServer((req, res) => {
    replaceThing();
    res.end(theThing.someMethod());
  })
  .listen(Number(process.env.PORT) || 3000, '127.0.0.1');

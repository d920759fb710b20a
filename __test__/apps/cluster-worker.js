'use strict';

// A cluster worker that captures itself and sends the outcome home.

const { captureFork } = require('../../lib/capture/fork.js');

captureFork({ lowPriority: false }).then(
  (captured) => process.send({ ...captured, ok: true }),
  (error) => process.send({ ok: false, message: error.message }),
);

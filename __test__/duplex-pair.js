'use strict';

const { Duplex } = require('node:stream');

// Two streams joined crosswise: what one writes, the other reads. (stream.duplexPair is newer than Node 20.)
function duplexPair() {
  const make = () =>
    new Duplex({
      read() {},
      write(chunk, encoding, done) {
        this.peer.push(chunk);
        done();
      },
      final(done) {
        this.peer.push(null);
        done();
      },
      destroy(error, done) {
        if (!this.peer.destroyed) this.peer.push(null);
        done(error);
      },
    });
  const [left, right] = [make(), make()];
  left.peer = right;
  right.peer = left;
  return [left, right];
}

module.exports = { duplexPair };

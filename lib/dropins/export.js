'use strict';

// v8-profiler's `export([receiver])`: to a callback, to a stream, or as a stream.

const { once } = require('node:events');
const { PassThrough, Stream } = require('node:stream');

/**
 * @param {Iterable<string>} chunks
 * @param {Stream | ((error: Error | null | undefined, text?: string) => void)} [receiver]
 * @returns {Stream | undefined} the stream, if it goes to one
 */
function exportTo(chunks, receiver = new PassThrough()) {
  if (receiver instanceof Stream) {
    // From the next turn on, so that there is time to listen.
    setImmediate(() => pour(chunks, receiver).catch((error) => receiver.destroy(error)));
    return receiver;
  }
  let text;
  try {
    text = [...chunks].join('');
  } catch (error) {
    receiver(error);
    return undefined;
  }
  receiver(null, text);
  return undefined;
}

// No faster than the stream takes it.
async function pour(chunks, stream) {
  for (const chunk of chunks) {
    if (stream.destroyed) return;
    if (!stream.write(chunk)) await once(stream, 'drain');
  }
  stream.end();
}

module.exports = { exportTo };

'use strict';

// A diagnosis as text, laid out for the stream it goes to.

const native = require('./addon.js');

const WIDTH = 100;

/**
 * @param {NodeJS.WritableStream & { isTTY?: boolean, columns?: number, hasColors?(): boolean }} stream
 * @param {{ confirmed?: boolean }} [options] whether a leak is certain; otherwise it is called growth
 */
function renderDiagnosis(diagnosis, stream, { confirmed = true } = {}) {
  const color = stream.isTTY === true && process.env.NO_COLOR === undefined && stream.hasColors?.() === true;
  const width = stream.isTTY ? (stream.columns ?? WIDTH) : WIDTH;
  return native.renderDiagnosis(JSON.stringify(diagnosis), { width, color, confirmed });
}

module.exports = { renderDiagnosis };

'use strict';

// All functions to assert on, by id. `leak`: the bytes that a call leaves behind, about; 0 for a healthy one.

const { healthy } = require('./healthy.js');
const { ways } = require('./leaks.js');
const { matrix } = require('./matrix.js');

const CASES = new Map([...matrix(), ...healthy(), ...ways()].map((one) => [one.id, one]));

/** Ids of the healthy cases, of the leaking ones, or of all. */
function ids(only) {
  const wanted = ({ leak }) => only === undefined || (only === 'healthy') === (leak === 0);
  return [...CASES.values()].filter(wanted).map(({ id }) => id);
}

module.exports = { CASES, ids };

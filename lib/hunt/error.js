'use strict';

const { LeakguardError } = require('../errors.js');

// What can go wrong in a hunt. `stderr` has the last lines that the app wrote there, '' without an app.
class HuntError extends LeakguardError {
  constructor(code, message, { stderr = '', ...options } = {}) {
    super(code, message, options);
    this.stderr = stderr.trim() === '' ? '' : stderr.trimEnd();
  }
}
HuntError.prototype.name = 'HuntError';

module.exports = { HuntError };

'use strict';

const { LeakguardError } = require('../errors.js');

// A failed assertion: LG_LEAK or LG_NOT_COLLECTED. Its message is the whole report. What tools may want besides is
// there but not enumerable, or every test runner would print it after the message.
class LeakError extends LeakguardError {
  constructor(code, message, { diagnosis = null, kept = [], files = [] } = {}) {
    super(code, message);
    for (const [name, value] of Object.entries({ diagnosis, kept, files })) {
      Object.defineProperty(this, name, { value, enumerable: false });
    }
    // The advice is part of the message.
    Object.defineProperty(this, 'advice', { value: this.advice, enumerable: false });
  }
}
LeakError.prototype.name = 'LeakError';

module.exports = { LeakError };

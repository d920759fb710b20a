'use strict';

// AbortSignal to the addon's Cancel token, and promises of the addon to ours.

const native = require('./addon.js');
const { LeakguardError, fromNative } = require('./errors.js');

/**
 * Runs `start(cancel)`, which hands the token to one call of the addon, so that `signal` stops it. Resolves
 * to what the call resolves to; rejects with a LeakguardError.
 */
async function abortable(signal, start) {
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new LeakguardError('LG_ARGUMENT', 'signal must be an AbortSignal');
  }
  if (signal?.aborted) throw new LeakguardError('LG_CANCELLED', 'cancelled', { cause: signal.reason });
  const cancel = new native.Cancel();
  const stop = () => cancel.cancel();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    return await start(cancel);
  } catch (error) {
    throw fromNative(error);
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

module.exports = { abortable };

'use strict';

/**
 * The median, and an interval that has it with at least 95 % probability, whatever the distribution: order
 * statistics, as in the sign test.
 */
function medianInterval(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  const middle = n >> 1;
  const median = n % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  // P(fewer than k of n fair coins show heads), with the largest k for which it is below 2.5 %.
  let [k, tail, chance] = [0, 0, 0.5 ** n];
  for (; k < middle; k++) {
    tail += chance;
    if (tail > 0.025) break;
    chance *= (n - k) / (k + 1);
  }
  return { median, low: sorted[Math.max(0, k - 1)], high: sorted[Math.min(n - 1, n - k)] };
}

module.exports = { medianInterval };

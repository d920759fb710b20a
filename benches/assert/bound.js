'use strict';

// How high a rate may be of which `k` of `n` were seen: the upper end of Clopper and Pearson's 95 % interval, the exact
// one. It is the rate at which so few would be seen in one of forty series of runs.

const TAIL = 0.025;

function upperBound(k, n) {
  if (n === 0 || k >= n) return 1;
  let low = k / n;
  let high = 1;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (atMost(k, n, middle) > TAIL) low = middle;
    else high = middle;
  }
  return high;
}

// The probability of at most k of n at rate p.
function atMost(k, n, p) {
  let term = n * Math.log1p(-p);
  let sum = Math.exp(term);
  for (let i = 1; i <= k; i++) {
    term += Math.log((n - i + 1) / i) + Math.log(p) - Math.log1p(-p);
    sum += Math.exp(term);
  }
  return sum;
}

module.exports = { upperBound };

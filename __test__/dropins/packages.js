'use strict';

// The packages that the drop-ins stand in for: which of ours, whose tests, run by what. Versions are the last ones
// published. v8-profiler's tarballs have no tests: their READMEs' examples are run, and __test__/dropin-*.spec.js.

const MOCHA = ['mocha@10.8.2'];
// V8 takes seconds for a snapshot on a busy machine; mocha would give it two.
const TIMEOUT = ['--timeout', '60000'];

module.exports = [
  {
    name: 'heapdump',
    version: '0.3.15',
    ours: 'leakguard/heapdump',
    tools: ['shelljs@0.3.0', 'tap@0.4.13'],
    // Each test file on its own, as tap 0.4 runs them.
    runs: [
      { tests: ['test/test-callback-error.js'] },
      { tests: ['test/test-callback-without-filename.js'] },
      { tests: ['test/test-callback.js'] },
      { tests: ['test/test-sigusr2.js'] },
    ],
  },
  {
    name: 'memwatch',
    version: '0.2.2',
    ours: 'leakguard/memwatch',
    tools: [...MOCHA, 'should@0.6.3'],
    runs: [{ tool: 'mocha/bin/mocha.js', args: TIMEOUT, tests: ['tests.js'] }, { tests: ['examples/basic_heapdiff.js'] }],
  },
  {
    name: 'memwatch-next',
    version: '0.3.0',
    ours: 'leakguard/memwatch',
    tools: [...MOCHA, 'should@8.3.1'],
    runs: [{ tool: 'mocha/bin/mocha.js', args: TIMEOUT, tests: ['tests.js'] }, { tests: ['examples/basic_heapdiff.js'] }],
  },
  {
    name: '@airbnb/node-memwatch',
    version: '3.0.0',
    ours: 'leakguard/memwatch',
    tools: ['vitest@2.1.9'],
    // Vitest's modules do not go through require(): here a file is put where the package's main file was.
    replace: 'include.js',
    runs: [
      { tool: 'vitest/vitest.mjs', args: ['run', '--test-timeout=60000'], tests: ['main.test.js'] },
      { tests: ['examples/basic_heapdiff.js'] },
    ],
  },
  { name: 'v8-profiler', version: '5.7.0', ours: 'leakguard/v8-profiler', readme: 'readme.md' },
  { name: 'v8-profiler-node8', version: '7.4.0', ours: 'leakguard/v8-profiler', readme: 'readme.md' },
  { name: 'v8-profiler-next', version: '1.10.0', ours: 'leakguard/v8-profiler', readme: 'README.md' },
];

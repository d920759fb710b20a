'use strict';

const chai = require('chai');

const { few, leaking, kept } = require('./subject.js');

chai.use(require('leakguard/test/chai'));

it('leaking function', () => chai.expect(leaking).to.not.leak(few)).timeout(240_000);
it('kept object', () => chai.expect(kept).to.be.collected()).timeout(240_000);

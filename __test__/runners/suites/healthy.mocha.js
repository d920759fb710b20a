'use strict';

const chai = require('chai');

const { few, healthy, free } = require('./subject.js');

chai.use(require('leakguard/test/chai'));

it('healthy function', () => chai.expect(healthy).to.not.leak(few)).timeout(240_000);
it('free object', () => chai.expect(free).to.be.collected()).timeout(240_000);

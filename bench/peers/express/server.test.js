'use strict';

const assert = require('node:assert');
const { once } = require('node:events');
const { test } = require('node:test');
const { app } = require('./server.js');

test('every route answers its words', async () => {
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const ask = async (method, path) => {
    const response = await fetch(`http://127.0.0.1:${server.address().port}${path}`, { method });
    return `${response.status} ${await response.text()}`;
  };
  try {
    assert.equal(await ask('POST', '/sign-in'), '200 signed in');
    assert.equal(await ask('GET', '/ignores'), '200 hello');
    assert.equal(await ask('GET', '/who'), '200 ada');
    assert.equal(await ask('POST', '/edit'), '200 edited');
    assert.equal(await ask('GET', '/slot'), '200 3');
    assert.equal(await ask('POST', '/sign-out'), '200 signed out');
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

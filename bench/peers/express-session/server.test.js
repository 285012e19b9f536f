'use strict';

const assert = require('node:assert');
const { once } = require('node:events');
const { after, before, test } = require('node:test');
const { app, store } = require('./server.js');

let server;
before(async () => {
  server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
after(() => {
  server.closeAllConnections();
  server.close();
});

async function ask(method, path, cookie) {
  const headers = cookie ? { cookie: `theme=dark; ${cookie}; consent=1` } : {};
  const response = await fetch(`http://127.0.0.1:${server.address().port}${path}`, { method, headers });
  const [line] = response.headers.getSetCookie();
  return { answer: `${response.status} ${await response.text()}`, line, cookie: line?.split(';')[0] };
}

// The record of the only session, as it lies in the store.
function record() {
  const [id, ...others] = Object.keys(store.sessions);
  assert.deepEqual(others, []);
  return { id, ...JSON.parse(store.sessions[id]) };
}

// Lets the only session's idle timeout run out at `moment`.
function expireAt(moment) {
  const { id, ...data } = record();
  data.cookie.expires = new Date(moment);
  store.sessions[id] = JSON.stringify(data);
}

test('the routes do what they say', async () => {
  const { cookie: anonymous } = await ask('GET', '/ignores');
  assert.equal(anonymous, undefined, 'an anonymous visitor gets no cookie');

  const first = await ask('POST', '/sign-in');
  assert.equal(first.answer, '200 signed in');
  assert.match(first.line, /^__Host-Http-session=.*; Path=\/; Expires=.*; HttpOnly; Secure; SameSite=Lax$/);
  const second = await ask('POST', '/sign-in', first.cookie);
  assert.notEqual(second.cookie, first.cookie, 'a sign-in takes a new id');
  assert.equal((await ask('GET', '/who', first.cookie)).answer, '401 not signed in');

  const { cookie } = second;
  assert.equal((await ask('GET', '/ignores', cookie)).answer, '200 hello');
  assert.equal((await ask('GET', '/who', cookie)).answer, '200 ada-0000002');
  assert.equal((await ask('GET', '/slot', cookie)).answer, '200 0');
  for (const count of [1, 2]) {
    assert.equal((await ask('POST', '/edit', cookie)).answer, '200 edited');
    assert.equal((await ask('GET', '/slot', cookie)).answer, '200 3');
    assert.equal(record().cart.items[0].count, count);
  }
  assert.equal(record().account, 'ada-0000002');
  assert.equal(record().userAgent, 'node');

  const out = await ask('POST', '/sign-out', cookie);
  assert.equal(out.answer, '200 signed out');
  assert.match(out.line, /^__Host-Http-session=;.*Expires=Thu, 01 Jan 1970/);
  assert.deepEqual(Object.keys(store.sessions), [], 'the session is gone from the store');
  assert.equal((await ask('GET', '/who', cookie)).answer, '401 not signed in');
});

test('a request that only reads renews the idle timeout, and one that comes too late finds no session', async () => {
  const { cookie } = await ask('POST', '/sign-in');
  for (const path of ['/ignores', '/who', '/slot']) {
    expireAt(Date.now() + 60_000);
    const read = await ask('GET', path, cookie);
    const left = Date.parse(record().cookie.expires) - Date.now();
    assert.ok(left > 29 * 60_000, `${path} leaves ${left} ms`);
    assert.ok(read.line, `${path} renews the cookie`);
  }
  expireAt(Date.now() - 1);
  assert.equal((await ask('GET', '/who', cookie)).answer, '401 not signed in');
});

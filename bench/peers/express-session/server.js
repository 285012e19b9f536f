// express-session on Express, with its own MemoryStore.
//
// Express as in its control, ../express. The session as its README asks for: `resave: false` (its store has
// `touch`), `saveUninitialized: false` (an anonymous visitor costs no record). The idle timeout is the cookie's
// `maxAge`, which the store reads; `rolling` renews it in the browser too, without which the browser would drop
// the cookie 30 minutes after the sign-in. One process, hence one thread: `--workers` is taken and ignored.
'use strict';

process.env.NODE_ENV = 'production';

const { randomBytes } = require('node:crypto');
const express = require('express');
const session = require('express-session');

const COOKIE = '__Host-Http-session';
const ATTRIBUTES = { path: '/', httpOnly: true, secure: true, sameSite: 'lax' };
const IDLE_TIMEOUT = 30 * 60 * 1000;

const app = express();
app.disable('x-powered-by');
// TLS ends in front of this program. Reading that from a proxy's header on each request would cost it more.
Object.defineProperty(app.request, 'secure', { value: true });

const store = new session.MemoryStore();
app.use(session({
  store,
  name: COOKIE,
  secret: randomBytes(32).toString('hex'),
  resave: false,
  saveUninitialized: false,
  rolling: true,
  cookie: { ...ATTRIBUTES, maxAge: IDLE_TIMEOUT },
}));

// A new account for each sign-in, as on all other sides.
let signedIn = 0;

app.post('/sign-in', (request, response, next) => {
  request.session.regenerate((error) => {
    if (error) return next(error);
    signedIn += 1;
    request.session.account = `ada-${String(signedIn).padStart(7, '0')}`;
    request.session.userAgent = request.get('user-agent');
    response.send('signed in');
  });
});

app.get('/ignores', (_request, response) => response.send('hello'));

app.get('/who', (request, response) => {
  const { account } = request.session;
  if (!account) return response.status(401).send('not signed in');
  response.send(account);
});

app.get('/slot', (request, response) => response.send(String(request.session.cart?.items.length ?? 0)));

app.post('/edit', (request, response) => {
  const { cart } = request.session;
  if (cart) {
    cart.items[0].count += 1;
  } else {
    request.session.cart = {
      items: [{ sku: 'apple', count: 1 }, { sku: 'pear', count: 2 }, { sku: 'plum', count: 3 }],
    };
  }
  response.send('edited');
});

app.post('/sign-out', (request, response, next) => {
  request.session.destroy((error) => {
    if (error) return next(error);
    response.clearCookie(COOKIE, ATTRIBUTES).send('signed out');
  });
});

// Serves on a free port until standard input ends or a signal comes.
function serve() {
  const server = app.listen(0, '127.0.0.1', () => {
    console.log(`listening on http://127.0.0.1:${server.address().port}`);
  });
  process.on('SIGTERM', () => process.exit(0));
  process.stdin.on('end', () => process.exit(0)).resume();
}

if (require.main === module) serve();

module.exports = { app, store };

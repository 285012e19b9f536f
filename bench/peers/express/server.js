// Bare Express: the control of express-session. Its routes answer the same words and know of no session.
//
// NODE_ENV=production as Express's page on performance asks for, no X-Powered-By as its page on security does;
// everything else is a default. One process, hence one thread: `--workers` is taken and ignored.
'use strict';

process.env.NODE_ENV = 'production';

const express = require('express');

const app = express();
app.disable('x-powered-by');

app.get('/ignores', (_request, response) => response.send('hello'));
app.get('/who', (_request, response) => response.send('ada'));
app.get('/slot', (_request, response) => response.send('3'));
app.post('/edit', (_request, response) => response.send('edited'));
app.post('/sign-in', (_request, response) => response.send('signed in'));
app.post('/sign-out', (_request, response) => response.send('signed out'));

// Serves on a free port until standard input ends or a signal comes.
function serve() {
  const server = app.listen(0, '127.0.0.1', () => {
    console.log(`listening on http://127.0.0.1:${server.address().port}`);
  });
  process.on('SIGTERM', () => process.exit(0));
  process.stdin.on('end', () => process.exit(0)).resume();
}

if (require.main === module) serve();

module.exports = { app };

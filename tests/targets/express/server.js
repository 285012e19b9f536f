// An application as the tutorials of Express write it: a login form, a page of one's own, a logout.
//
//   node server.js [default|hardened] [port]
//
// `default` is what one gets by typing the tutorials off. `hardened` is what the documentation of express-session
// says about production, and a little thought about sign-in and sign-out.
"use strict";

const express = require("express");
const session = require("express-session");

const [shape = "default", port = "0"] = process.argv.slice(2);
const isHardened = shape === "hardened";
const { ALICE_PASSWORD = "correct-horse-alice", BOB_PASSWORD = "correct-horse-bob" } = process.env;
const users = new Map([
  ["alice", { password: ALICE_PASSWORD, mail: "alice@example.test", name: "Alice" }],
  ["bob", { password: BOB_PASSWORD, mail: "bob@example.test", name: "Bob" }],
]);

// express-session saves a whole session when its request ends: one that was under way at logout makes it anew. An id
// that is gone stays gone here. Nothing in the documentation says so.
class FirmStore extends session.MemoryStore {
  gone = new Set();

  destroy(id, done) {
    this.gone.add(id);
    super.destroy(id, done);
  }

  set(id, data, done) {
    if (this.gone.has(id)) return setImmediate(done);
    super.set(id, data, done);
  }
}

const app = express();
const store = isHardened ? new FirmStore() : new session.MemoryStore();
// As the proxy says it in front of which TLS ends; without it express-session sets no Secure cookie.
if (isHardened) app.use((request, response, next) => ((request.headers["x-forwarded-proto"] = "https"), next()));
app.use(express.urlencoded({ extended: false }));
app.use(
  session(
    isHardened
      ? {
          store,
          secret: "a-long-secret-from-the-environment-0f2c9a7d",
          name: "__Host-sid",
          resave: false,
          saveUninitialized: false,
          rolling: true,
          cookie: { httpOnly: true, secure: true, sameSite: "lax", path: "/", maxAge: 30 * 60 * 1000 },
          proxy: true,
        }
      : { store, secret: "keyboard cat", resave: false, saveUninitialized: true },
  ),
);
if (isHardened) {
  app.set("trust proxy", "loopback");
  app.use((request, response, next) => {
    response.set("Cache-Control", "no-store");
    response.set("Referrer-Policy", "no-referrer");
    const site = request.get("sec-fetch-site");
    const origin = request.get("origin");
    const foreign = site ? !["same-origin", "none"].includes(site) : origin && new URL(origin).host !== request.get("host");
    if (request.method !== "GET" && foreign) return response.status(403).send("This came from another site.");
    next();
  });
}

const page = (title, body) => `<!DOCTYPE html><title>${title}</title><h1>${title}</h1>${body}`;
const signedIn = (request, response, next) => (request.session.user ? next() : response.redirect("/login"));
const escaped = (text) => text.replace(/[&<>"]/g, (one) => `&#${one.charCodeAt(0)};`);

app.get("/", (request, response) => response.send(page("Notes", `<a href="/login">Log in</a>`)));
app.get("/login", (request, response) => {
  request.session.visits = (request.session.visits ?? 0) + 1;
  response.send(
    page(
      "Log in",
      `<form method="post" action="/login"><label>User <input name="username"></label>` +
        `<label>Password <input name="password" type="password"></label><button>Log in</button></form>`,
    ),
  );
});
app.post("/login", (request, response, next) => {
  const user = users.get(request.body.username);
  if (!user || user.password !== request.body.password) return response.status(401).send(page("Log in", "Wrong."));
  const signIn = () => {
    request.session.user = request.body.username;
    response.redirect("/account");
  };
  if (!isHardened) return signIn();
  request.session.regenerate((error) => (error ? next(error) : signIn()));
});
app.get("/account", signedIn, (request, response) => {
  const user = users.get(request.session.user);
  response.send(
    page(
      "Account",
      `<p>You are ${escaped(user.mail)}, called <b id="name">${escaped(user.name)}</b>.</p>` +
        `<form method="post" action="/logout"><button>Log out</button></form><a href="/notes">Notes</a>`,
    ),
  );
});
// Writes into the session, as a basket or a draft does.
app.post("/notes", signedIn, (request, response) => {
  request.session.draft = request.body.draft;
  response.redirect("/notes");
});
app.get("/notes", signedIn, (request, response) => {
  const user = users.get(request.session.user);
  response.send(
    page(
      "Notes",
      `<p>${escaped(user.mail)}</p><p id="draft">${escaped(request.session.draft ?? "")}</p>` +
        `<form method="post" action="/notes"><input name="draft"><button>Keep</button></form>` +
        `<form method="post" action="/logout"><button>Log out</button></form>`,
    ),
  );
});
app.post("/password", signedIn, (request, response, next) => {
  const user = users.get(request.session.user);
  if (user.password !== request.body.old) return response.status(403).send(page("Password", "Wrong."));
  user.password = request.body.new;
  if (!isHardened) return response.redirect("/account");
  const name = request.session.user;
  store.all((error, all) => {
    if (error) return next(error);
    for (const [id, one] of Object.entries(all)) if (one.user === name) store.destroy(id);
    request.session.regenerate((failed) => {
      if (failed) return next(failed);
      request.session.user = name;
      response.redirect("/account");
    });
  });
});
app.post("/logout", (request, response, next) => {
  request.session.destroy((error) => {
    if (error) return next(error);
    if (isHardened) response.clearCookie("__Host-sid", { path: "/", secure: true, httpOnly: true });
    response.redirect("/");
  });
});

const server = app.listen(Number(port), "127.0.0.1", () => console.log(`http://localhost:${server.address().port}`));
// Whoever started it through a pipe ends it by closing that.
if (require("node:fs").fstatSync(0).isFIFO()) process.stdin.on("end", () => process.exit(0)).resume();

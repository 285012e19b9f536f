// A report of the auditor on an application with flaws, made by the verbs that a person types.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const program = process.env.HANDSTAMP_PROGRAM;

/** Who signs in. */
const ALICE = { name: "alice", password: "a passphrase of alice" };

/** What the application says to whoever is signed in: markup that a report must quote and never run. */
export const HOSTILE = '<img src="http://198.51.100.1/seen"><script>document.title = "taken over"</script>';

/** A login, a page and a logout, and a cookie that lacks every attribute. */
function application() {
  const sessions = new Set();
  return createServer(async (request, response) => {
    const token = /\bsid=(\w+)/.exec(request.headers.cookie ?? "")?.[1];
    const page = (text) => response.setHeader("content-type", "text/html").end(text);
    const lead = (to) => response.writeHead(303, { location: to }).end();
    const route = `${request.method} ${request.url.split("?")[0]}`;
    if (route === "GET /login") {
      return page('<form method="post"><input name="user"><input name="password" type="password"></form>');
    }
    if (route === "POST /login") {
      const form = new URLSearchParams(await text(request));
      if (form.get("user") !== ALICE.name || form.get("password") !== ALICE.password) return lead("/login");
      const made = randomBytes(16).toString("hex");
      sessions.add(made);
      response.setHeader("set-cookie", `sid=${made}; Path=/`);
      return lead("/account");
    }
    if (!sessions.has(token)) return lead("/login");
    if (route === "POST /logout") {
      sessions.delete(token);
      return lead("/login");
    }
    return page(`<p>Hello, ${ALICE.name}.</p>${HOSTILE}<form method="post" action="/logout"><button>Log out</button></form>`);
  });
}

async function text(request) {
  let all = "";
  for await (const part of request) all += part;
  return all;
}

async function audit(folder, ...given) {
  const child = spawn(program, ["audit", ...given], {
    cwd: folder,
    env: { ...process.env, ALICE_PASSWORD: ALICE.password },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [said, more, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  return { code, said: said + more };
}

/** Drafts a recipe, runs it and returns the address of the report, and what removes it. */
export async function report() {
  if (!program) {
    throw new Error("HANDSTAMP_PROGRAM is not set: run these tests by `cargo xtask test --only browser`");
  }
  const folder = await mkdtemp(join(tmpdir(), "handstamp-report-"));
  const server = application().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = `http://127.0.0.1:${server.address().port}`;
  try {
    const who = ["--user", ALICE.name, "--password-env", "ALICE_PASSWORD", "--marker", `Hello, ${ALICE.name}`];
    const drafted = await audit(folder, "init", address, ...who);
    assert.equal(drafted.code, 0, drafted.said);
    // Some checks of END watch a dead token for a minute; this is about how a report looks.
    const ran = await audit(folder, "run", "recipe.toml", "--only", "CKE,END-01", "--report", "html=report.html");
    assert.equal(ran.code, 1, ran.said);
  } finally {
    server.closeAllConnections();
    server.close();
  }
  const url = pathToFileURL(join(folder, "report.html")).href;
  return { url, address, remove: () => rm(folder, { recursive: true }) };
}

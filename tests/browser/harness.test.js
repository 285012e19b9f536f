// The harness itself: a check that cannot fail shows nothing.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import { barriers } from "./support/accessibility.js";
import { COOKIE, Device, launch } from "./support/browser.js";

const PROMISED = "Path=/; Secure; HttpOnly; SameSite=Lax";

let browser;
let server;
let base;

before(async () => {
  server = createServer((request, response) => {
    // Chromium asks for /favicon.ico after each page, when it likes. Once that answer set a cookie too,
    // and on a busy machine it came after that of /kept and made a kept cookie one of the browser's
    // session again. Only the pages that a test opens set one.
    const lasting = { "/": "", "/kept": "; Max-Age=3600" }[request.url];
    if (lasting === undefined) return response.writeHead(404).end();
    response.setHeader("Set-Cookie", `${COOKIE}=value; ${PROMISED}${lasting}`);
    response.setHeader("Content-Type", "text/html");
    response.end("<!doctype html><html lang=en><title>Page</title><main><h1>Page</h1><input></main></html>");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  base = `http://localhost:${server.address().port}`;
  browser = await launch();
});

after(async () => {
  await browser?.close();
  server?.close();
});

test("this Chromium keeps the promised cookie on plain http at localhost", async () => {
  const device = await Device.open(browser, { base });
  await device.page.goto("/");
  const { path, secure, httpOnly, sameSite, expires } = await device.sessionCookie();
  assert.deepEqual(
    { path, secure, httpOnly, sameSite, expires },
    { path: "/", secure: true, httpOnly: true, sameSite: "Lax", expires: -1 },
  );
  await device.page.goto("/kept");
  assert.ok((await device.sessionCookie()).expires > 0);
  await device.close();
});

test("each device has cookies of its own", async () => {
  const one = await Device.open(browser, { base });
  const other = await Device.open(browser, { base, width: 390, dark: true, script: false });
  await one.page.goto("/");
  assert.ok(await one.sessionCookie());
  assert.equal(await other.sessionCookie(), undefined);
  await one.close();
  await other.close();
});

test("a field without a label is found by axe", async () => {
  const device = await Device.open(browser, { base });
  await device.page.goto("/");
  const found = await barriers(device.page);
  assert.ok(found.some(({ id }) => id === "label"));
  await device.close();
});

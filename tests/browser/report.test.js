// The auditor's report, opened as a file in a browser without script: whole, readable, and asking nobody for anything.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { assertNoBarriers } from "./support/accessibility.js";
import { Device, launch } from "./support/browser.js";
import { report } from "./support/report.js";

const WIDTHS = [1280, 390];

let browser;
let made;
before(async () => {
  [browser, made] = await Promise.all([launch(), report()]);
});
after(async () => {
  await browser?.close();
  await made?.remove();
});

/** The report on a device without script, and every address that the device asks. */
async function opened(options = {}) {
  const device = await Device.open(browser, { script: false, base: made.address, ...options });
  const asked = [];
  device.page.on("request", (request) => asked.push(request.url()));
  await device.page.goto(made.url);
  return { page: device.page, asked };
}

/** Opens everything that is folded away. */
async function unfold(page) {
  await page.locator("details").evaluateAll((all) => all.forEach((one) => one.setAttribute("open", "")));
}

test("it is whole without script", async () => {
  const { page } = await opened();
  await page.getByRole("heading", { level: 1, name: made.address }).waitFor();
  const finding = page.locator("article.finding", { hasText: "SA-CKE-02" });
  await finding.getByText("fail, medium").waitFor();
  await finding.getByText("What to change").waitFor();
  const rows = page.getByRole("region", { name: "ASVS 5.0, row by row" }).getByRole("row");
  const ids = await rows.getByRole("rowheader").allTextContents();
  assert.ok(ids.length > 20 && ids.includes("7.2.4") && ids.includes("7.4.1"), ids.join(", "));
  const standings = await rows.locator("td .badge").allTextContents();
  assert.equal(standings.length, ids.length, "a row says nothing");
  assert.deepEqual([...new Set(standings)].filter((one) => !/^(not met|partly met|met|not tested)$/.test(one)), []);
  const untested = rows.filter({ has: page.locator("td .badge", { hasText: "not tested" }) });
  for (const why of await untested.locator("td.because").allTextContents()) assert.match(why, /not tested because/);
  const ended = page.locator("#sa-end-01");
  await ended.locator(":scope > summary").click();
  const plot = ended.getByRole("img", { name: /^after logout/ });
  const { width, height } = await plot.boundingBox();
  assert.ok(width > 100 && height > 20, `the plot is ${width} by ${height}`);
});

test("it runs nothing and asks for nothing, whatever the application said", async () => {
  for (const script of [false, true]) {
    const { page, asked } = await opened({ script });
    await unfold(page);
    await page.getByText("http://198.51.100.1/seen").first().waitFor();
    assert.equal(await page.title(), `Session audit of ${made.address}/`);
    assert.equal(await page.locator("script, iframe, object, embed, link, img, base, form").count(), 0);
    assert.equal(await page.locator("a:not([href^='#'])").count(), 0, "a link leads out of the report");
    assert.deepEqual(asked, [made.url]);
  }
});

test("every link in it leads somewhere", async () => {
  const { page } = await opened();
  const targets = await page.locator("a").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  assert.ok(targets.includes("#sa-end-01"));
  for (const target of new Set(targets)) {
    assert.equal(await page.locator(target).count(), 1, `${target} is the id of one element`);
  }
});

test("a keyboard reaches the evidence", async () => {
  const { page } = await opened();
  const focused = page.locator(":focus");
  await page.keyboard.press("Tab");
  assert.equal(await focused.textContent(), "Skip to the findings");
  await page.keyboard.press("Enter");
  for (const [words, name] of [[/^What is asked/, "why"], [/^Evidence/, "evidence"], [/^#\d+/, "exchange"]]) {
    await page.keyboard.press("Tab");
    assert.match(await focused.textContent(), words);
    await page.keyboard.press("Enter");
    assert.ok(await page.locator(`article.finding details.${name}[open]`).first().isVisible());
  }
  await page.keyboard.press("Tab");
  assert.match(await focused.textContent(), /HTTP\/1\.1/);
});

for (const width of WIDTHS) {
  for (const dark of [false, true]) {
    test(`nothing keeps anybody out at ${width} pixels, ${dark ? "dark" : "light"}`, async () => {
      // Axe is script of its own; the report still has none.
      const { page } = await opened({ script: true, width, dark });
      await unfold(page);
      await assertNoBarriers(page);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(over <= 0, `the report is ${over} pixels wider than the window`);
    });
  }
}

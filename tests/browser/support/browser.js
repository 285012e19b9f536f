// One Chromium for a whole test file, and in it one context for each device: a context has
// cookies of its own, as a browser on another machine has.

import { chromium } from "playwright-core";

/** Where the demo listens; set by whoever started it. */
export const url = process.env.HANDSTAMP_URL;

/** The cookie that the demo promises. */
export const COOKIE = "__Host-Http-session";

const ARGUMENTS = [
  // CI runs as root in a container, where Chromium's own sandbox cannot start.
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts the browser named by CHROMIUM, else the one that Debian installs. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: ARGUMENTS,
  });
}

/** One device: a context with a single page. */
export class Device {
  /**
   * @param {import("playwright-core").Browser} browser
   * @param {{script?: boolean, width?: number, dark?: boolean, userAgent?: string, base?: string}} [options]
   */
  static async open(
    browser,
    { script = true, width = 1280, dark = false, userAgent = undefined, base = url } = {},
  ) {
    if (!base) throw new Error("HANDSTAMP_URL is not set: run these tests by `cargo xtask test --only browser`");
    const phone = width < 600;
    const context = await browser.newContext({
      userAgent,
      baseURL: base,
      javaScriptEnabled: script,
      viewport: { width, height: phone ? 844 : 900 },
      hasTouch: phone,
      deviceScaleFactor: phone ? 2 : 1,
      colorScheme: dark ? "dark" : "light",
      reducedMotion: "reduce",
    });
    context.setDefaultTimeout(15_000);
    return new Device(context, await context.newPage());
  }

  constructor(context, page) {
    this.context = context;
    this.page = page;
  }

  /** The session cookie as the browser keeps it, or undefined. */
  async sessionCookie() {
    const cookies = await this.context.cookies();
    return cookies.find((cookie) => cookie.name === COOKIE);
  }

  /** The main heading of the page that is open. */
  heading(name) {
    return this.page.getByRole("heading", { level: 1, name });
  }

  /** Chooses light or dark for what is drawn from now on. */
  async draw({ width, dark }) {
    await this.page.setViewportSize({ width, height: width < 600 ? 844 : 900 });
    await this.page.emulateMedia({ colorScheme: dark ? "dark" : "light" });
  }

  async close() {
    await this.context.close();
  }
}

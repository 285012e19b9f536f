// Takes the pictures of the documentation: `cargo xtask pictures`.

import { join } from "node:path";

import { Device, launch } from "./support/browser.js";
import { Person } from "./support/person.js";
import { paths } from "./support/words.js";

const folder = process.env.HANDSTAMP_PICTURES;
if (!folder) throw new Error("HANDSTAMP_PICTURES is not set: run this by `cargo xtask pictures`");

const SIZES = [1280, 390].flatMap((width) => [false, true].map((dark) => ({ width, dark })));

const ELSEWHERE = [
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
];

async function take(device, name, path) {
  for (const { width, dark } of SIZES) {
    await device.draw({ width, dark });
    await device.page.goto(path);
    const file = `${name}-${width}-${dark ? "dark" : "light"}.png`;
    await device.page.screenshot({ path: join(folder, file), fullPage: true });
    console.log(file);
  }
}

const browser = await launch();
try {
  const device = await Device.open(browser);
  await take(device, "sign-in", paths.signIn);

  const person = new Person();
  person.account = "ada@example.com";
  await person.signUp(device);
  for (const userAgent of ELSEWHERE) {
    await person.signIn(await Device.open(browser, { userAgent }));
  }
  await person.endOther(device);
  await take(device, "home", paths.home);
  await take(device, "devices", paths.devices);
} finally {
  await browser.close();
}

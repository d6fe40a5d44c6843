import chromium from "@sparticuz/chromium";
import { type Browser, type Page, chromium as playwright } from "playwright-core";
import { afterAll, expect, inject, onTestFinished } from "vitest";

/** The screens that every flow is tried on. */
export const SCREENS = {
  desktop: { width: 1280, height: 800 },
  phone: { width: 375, height: 740 },
} as const;

export type Screen = keyof typeof SCREENS;

let browser: Promise<Browser> | null = null;

/** The browser of this test file: the Chromium that came with npm, which needs nothing of the machine. */
export function launch(): Promise<Browser> {
  browser ??= chromium.executablePath().then((executablePath) =>
    // As root, which a container's user is, Chromium starts without its sandbox only; it loads our own page and no
    // other.
    playwright.launch({ executablePath, args: ["--no-sandbox", "--headless=shell", "--disable-gpu"], headless: true }),
  );
  return browser;
}

afterAll(async () => {
  await (await browser)?.close();
});

/** How a page is opened. */
export interface Look {
  readonly screen?: Screen;
  readonly theme?: "light" | "dark";
  /** Null for a browser on a machine that has none. @default en-US */
  readonly locale?: "en-US" | "ko-KR" | null;
}

/** Opens the dashboard at a place such as `#/tasks`; a fault that the page reports fails the test. */
export async function openDashboard(hash: string, look: Look = {}): Promise<Page> {
  const context = await (
    await launch()
  ).newContext({
    viewport: SCREENS[look.screen ?? "desktop"],
    colorScheme: look.theme ?? "light",
    ...(look.locale === null ? {} : { locale: look.locale ?? "en-US" }),
  });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    // What the API refuses is shown by the page; Chromium tells it as well.
    const refused = /the server responded with a status of (4\d\d|504)/.test(message.text());
    if (message.type() === "error" && !refused) faults.push(`${message.text()} ${message.location().url}`);
  });
  onTestFinished(async () => {
    await context.close();
    expect(faults).toEqual([]);
  });
  await page.goto(`${inject("dashboardUrl")}/${hash}`);
  return page;
}

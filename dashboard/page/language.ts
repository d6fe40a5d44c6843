/**
 * Chromium on a machine without a locale calls its language "en-US@posix", which Intl refuses; uPlot asks for it when
 * it is loaded, and the page would stay empty. To be imported first.
 */
try {
  new Intl.NumberFormat(navigator.language).format(0);
} catch {
  Object.defineProperty(navigator, "language", { value: "en-US" });
}

// Before the first paint: the reader's own choice of type size and of light or dark.
(() => {
  const read = (name) => { try { return localStorage.getItem(`wence-${name}`); } catch { return null; } };
  const root = document.documentElement;
  const dark = read("dark") ?? String(matchMedia("(prefers-color-scheme: dark)").matches);
  root.classList.toggle("wc-dark", dark === "true");
  root.classList.toggle("wc-large", read("large") === "true");
  const contrast = read("contrast") ?? String(matchMedia("(prefers-contrast: more)").matches);
  root.classList.toggle("wc-contrast", contrast === "true");
})();
